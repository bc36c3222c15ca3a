import './page.css';
import { A } from '@solidjs/router';
import ArrowLeft from 'lucide-solid/icons/arrow-left';
import { children, type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';

export interface PageHeaderProps {
  title: JSX.Element;
  /** One line below the title. */
  description?: JSX.Element;
  /** Stands before the title: an avatar, an icon. */
  lead?: JSX.Element;
  actions?: JSX.Element;
  /** Shown on phones: leads back to the list this page was opened from. */
  back?: string;
}

/** The head of a page or pane; holds its `h1`. */
export function PageHeader(props: PageHeaderProps) {
  const { t } = useI18n();
  const description = children(() => props.description);
  const actions = children(() => props.actions);
  return (
    <header class="page-header">
      <Show when={props.back}>
        {(back) => (
          <A class="icon-button page-header-back" href={back()} aria-label={t('action.back')} title={t('action.back')}>
            <ArrowLeft aria-hidden="true" />
          </A>
        )}
      </Show>
      {props.lead}
      <div class="page-header-text">
        <h1 class="page-header-title">{props.title}</h1>
        <Show when={description()}>
          <p class="page-header-description">{description()}</p>
        </Show>
      </div>
      <Show when={actions()}>
        <div class="page-header-actions">{actions()}</div>
      </Show>
    </header>
  );
}
