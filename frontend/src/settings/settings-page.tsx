import { Redirect, Link as RouteLink } from 'wouter';
import { Page } from '../ui/page.tsx';
import { SECTIONS } from './sections.ts';
import './settings.css';

/** One section of the settings beside the menu of all. */
export function SettingsPage({ path }: { readonly path: string | null }) {
  const section = SECTIONS.find((one) => one.path === path);
  if (!section) return <Redirect to={`/settings/${SECTIONS[0]?.path}`} replace />;
  const { label, Content } = section;
  return (
    <Page title={label}>
      <div className="settings">
        <nav className="settings-menu" aria-label="Settings">
          {SECTIONS.map((one) => (
            <RouteLink
              key={one.path}
              href={`/settings/${one.path}`}
              className="nav-link"
              aria-current={one === section ? 'page' : undefined}
            >
              {one.label}
            </RouteLink>
          ))}
        </nav>
        <div className="settings-content">
          <Content />
        </div>
      </div>
    </Page>
  );
}
