import { Activity, FolderTree, Gauge, GitCompare, Globe, type LucideIcon, Settings, TriangleAlert } from 'lucide-react';
import type { MouseEvent, ReactElement } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../i18n/use-words.ts';
import { type Place, places } from '../stores/route.ts';
import { useStatus, useStores } from '../stores/index.ts';
import { Logo } from './logo.tsx';

const icons: Readonly<Record<Place, LucideIcon>> = {
  overview: Gauge,
  activity: Activity,
  files: FolderTree,
  issues: TriangleAlert,
  conflicts: GitCompare,
  settings: Settings,
};

/** The places of the window, and whose files these are. */
export function Sidebar(): ReactElement {
  const { t } = useWords();
  const { route } = useStores();
  const place = useStore(route, (state) => state.place);
  const issues = useStatus((status) => status?.issues ?? 0);
  const conflicts = useStatus((status) => status?.conflicts ?? 0);
  const questions = useStatus((status) => status?.questions ?? 0);
  const counts: Partial<Record<Place, number>> = { overview: questions, issues, conflicts };

  const go = (event: MouseEvent, to: Place): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    route.go(to);
  };
  return (
    <aside className="sidebar">
      <div className="brand">
        <Logo size={30} />
        <span>{t('app.name')}</span>
      </div>
      <nav aria-label={t('nav.label')}>
        <ul className="nav">
          {places.map((to) => {
            const Icon = icons[to];
            const count = counts[to] ?? 0;
            return (
              <li key={to}>
                <a
                  href={`#/${to}`}
                  className="nav-link"
                  aria-current={place === to ? 'page' : undefined}
                  onClick={(event) => go(event, to)}
                >
                  <Icon aria-hidden className="icon" />
                  <span className="nav-name">{t(`nav.${to}`)}</span>
                  {count > 0 && (
                    <span className="badge">
                      <span aria-hidden>{count > 99 ? '99+' : count}</span>
                      <span className="visually-hidden">{t('nav.waiting', { count })}</span>
                    </span>
                  )}
                </a>
              </li>
            );
          })}
        </ul>
      </nav>
      <AccountCard />
    </aside>
  );
}

function AccountCard(): ReactElement | null {
  const { t } = useWords();
  const account = useStatus((status) => status?.account ?? null);
  if (account === null) return null;
  return (
    <section className="account-card" aria-label={t('account.label')}>
      <bdi className="account-email" title={account.label}>
        {account.label}
      </bdi>
      <bdi className="muted small">{account.deviceName}</bdi>
      <span className="region">
        <Globe aria-hidden className="icon icon-small" />
        <span className="visually-hidden">{t('account.regionLabel', { region: t(`account.region.${account.region}`) })}</span>
        <span aria-hidden>{t(`account.region.${account.region}`)}</span>
      </span>
    </section>
  );
}
