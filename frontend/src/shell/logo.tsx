export function Logo() {
  return <img src="/icon.svg" alt="" width={22} height={22} />;
}
