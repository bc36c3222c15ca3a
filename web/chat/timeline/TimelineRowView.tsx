import './message.css';
import Blocks from 'lucide-solid/icons/blocks';
import { type Accessor, createMemo, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar, IconAvatar } from '../../ui/Avatar.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { formatTime, Time } from '../../ui/Time.tsx';
import { useChat } from '../context.tsx';
import { dayName } from '../moments.ts';
import { AnswerBody } from './AnswerBody.tsx';
import { MessageBody } from './MessageBody.tsx';
import { PendingNote } from './PendingNote.tsx';
import type { TimelineRow } from './timeline-rows.ts';

function Author(props: { row: TimelineRow; name: string }) {
  const { t } = useI18n();
  return (
    <p class="message-head">
      <span class="message-author">
        <bdi>{props.name}</bdi>
      </span>
      <Show when={props.row.author.kind === 'module'}>
        <Badge>{t('chat.module')}</Badge>
      </Show>
      <Time class="message-time" at={props.row.createdAt} format="time" />
    </p>
  );
}

/** A row that continues its author's group still says, to a screen reader, whose it is. */
function Continued(props: { row: TimelineRow; name: string }) {
  const { t, region } = useI18n();
  return (
    <span class="visually-hidden">
      {t('chat.said', { name: props.name, time: formatTime(props.row.createdAt, 'time', region()) })}
    </span>
  );
}

export function TimelineRowView(props: { row: TimelineRow; now: Accessor<number> }) {
  const { t, region } = useI18n();
  const chat = useChat();
  const name = createMemo(() => chat.authorName(props.row.author));
  return (
    <div
      class="timeline-row"
      data-position={props.row.message?.position}
      data-new={props.row.startsNew ? '' : undefined}
    >
      <Show when={props.row.startsDay}>
        <p class="timeline-day">
          <span>{dayName(props.row.createdAt, props.now(), region())}</span>
        </p>
      </Show>
      <Show when={props.row.startsNew}>
        <p class="timeline-new">
          <span>{t('chat.new')}</span>
        </p>
      </Show>
      <div
        class="message"
        classList={{
          'message--leads': props.row.leads,
          'message--pending': props.row.pending !== undefined,
          'message--failed': props.row.pending?.error !== undefined,
        }}
      >
        <div class="message-gutter">
          <Show when={props.row.leads} fallback={<Time class="message-time" at={props.row.createdAt} format="time" />}>
            <Show
              when={props.row.author.kind === 'module'}
              fallback={<Avatar id={props.row.author.id} name={name()} />}
            >
              <IconAvatar id={props.row.author.id}>
                <Blocks />
              </IconAvatar>
            </Show>
          </Show>
        </div>
        <div class="message-content">
          <Show when={props.row.leads} fallback={<Continued row={props.row} name={name()} />}>
            <Author row={props.row} name={name()} />
          </Show>
          <Show when={props.row.answer} fallback={<MessageBody row={props.row} />}>
            {(answer) => <AnswerBody answer={answer()} />}
          </Show>
          <Show when={!props.row.message && props.row.pending}>{(pending) => <PendingNote pending={pending()} />}</Show>
        </div>
      </div>
    </div>
  );
}
