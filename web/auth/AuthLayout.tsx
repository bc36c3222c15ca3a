import './auth.css';
import type { JSX, ParentProps } from 'solid-js';
import { For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { localeNames, locales } from '../i18n/locale.ts';
import { Mark } from '../shell/Mark.tsx';

/** The page of somebody who is not in yet: one card, the mark above, the language below. */
export function AuthLayout(props: ParentProps<{ title: string; text?: JSX.Element; footer?: JSX.Element }>) {
  const { t, locale, choose } = useI18n();
  return (
    <div class="auth">
      <main class="auth-card">
        <div class="auth-head">
          <Mark size={44} />
          <h1 class="auth-title">{props.title}</h1>
          <Show when={props.text}>
            <p class="auth-text">{props.text}</p>
          </Show>
        </div>
        {props.children}
        <Show when={props.footer}>
          <div class="auth-footer">{props.footer}</div>
        </Show>
      </main>
      <nav class="auth-languages" aria-label={t('language.label')}>
        <For each={locales}>
          {(each) => (
            <button
              type="button"
              class="auth-language"
              lang={each}
              aria-pressed={each === locale()}
              onClick={() => void choose(each)}
            >
              {localeNames[each]}
            </button>
          )}
        </For>
      </nav>
    </div>
  );
}
