/**
 * `read`, which must give the same answer for the same text, but reads a text only once while it is among the last
 * `limit` that were asked for. What it throws is not kept. The answers are shared: nobody may change them.
 */
export function remembering<Answer extends object>(
  read: (text: string) => Answer,
  limit: number,
): (text: string) => Answer {
  // A map knows the order in which its keys were set: the first is the one that was not asked for longest.
  const answers = new Map<string, Answer>();
  return (text) => {
    const answer = answers.get(text) ?? read(text);
    answers.delete(text);
    answers.set(text, answer);
    for (const oldest of answers.keys()) {
      if (answers.size <= limit) break;
      answers.delete(oldest);
    }
    return answer;
  };
}
