import { createMemo, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Markdown } from '../../ui/markdown/Markdown.tsx';
import type { TimelineRow } from './timeline-rows.ts';

/** What was said. The same elements for a pending message and the real one that takes its place. */
export function MessageBody(props: { row: TimelineRow }) {
  const { t } = useI18n();
  const text = createMemo(() => {
    const message = props.row.message;
    if (!message) return props.row.pending?.text;
    return message.body.kind === 'text' && message.deletedAt === null ? message.body.text : undefined;
  });
  const edited = () => typeof props.row.message?.editedAt === 'number';
  return (
    <Switch fallback={<p class="message-aside">{t('chat.systemLine')}</p>}>
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
    </Switch>
  );
}
