import { A } from '@solidjs/router';
import { createMemo, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { managePath } from '../../modules/paths.ts';
import { useMe } from '../../platform/hearth.tsx';
import { Markdown } from '../../ui/markdown/Markdown.tsx';
import { moduleOf, systemLine } from './system-line.ts';
import type { TimelineRow } from './timeline-rows.ts';

/** What was said. The same elements for a pending message and the real one that takes its place. */
export function MessageBody(props: { row: TimelineRow }) {
  const { t } = useI18n();
  const me = useMe();
  const text = createMemo(() => {
    const message = props.row.message;
    if (!message) return props.row.pending?.text;
    return message.body.kind === 'text' && message.deletedAt === null ? message.body.text : undefined;
  });
  const system = () => {
    const body = props.row.message?.body;
    return body?.kind === 'system' ? body : undefined;
  };
  const edited = () => typeof props.row.message?.editedAt === 'number';
  return (
    <Switch>
      <Match when={text()}>
        {(markdown) => (
          <>
            <Markdown text={markdown()} />
            <Show when={edited()}>
              <span class="message-edited">{t('chat.edited')}</span>
            </Show>
          </>
        )}
      </Match>
      <Match when={typeof props.row.message?.deletedAt === 'number'}>
        <p class="message-aside">{t('chat.deleted')}</p>
      </Match>
      <Match when={system()}>
        {(body) => (
          <p class="message-system">
            {systemLine(body(), t)}
            <Show when={me().role === 'admin' && moduleOf(body())}>
              {(id) => (
                <>
                  {' '}
                  <A href={managePath(id())}>{t('modules.manage')}</A>
                </>
              )}
            </Show>
          </p>
        )}
      </Match>
    </Switch>
  );
}
