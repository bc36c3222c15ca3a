import './log.css';
import type { LogLine, ModuleId } from '@shared/modules/schema.ts';
import Copy from 'lucide-solid/icons/copy';
import Pause from 'lucide-solid/icons/pause';
import Play from 'lucide-solid/icons/play';
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHearth } from '../../platform/hearth.tsx';
import { Button } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Select } from '../../ui/Select.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useToasts } from '../../ui/Toasts.tsx';
import { asText, from, type Level, levels, type Lines } from './log-lines.ts';
import { watchLog } from './watch-log.ts';

/** So near to the end (px), the end is followed. */
const NEAR = 24;

function Line(props: { line: LogLine; time: Intl.DateTimeFormat }) {
  const { t } = useI18n();
  const isHost = () => props.line.source === 'host';
  return (
    <li class={`log-line log-line--${props.line.level}`} classList={{ 'log-line--host': isHost() }}>
      <time class="log-time" datetime={new Date(props.line.at).toISOString()}>
        {props.time.format(props.line.at)}
      </time>
      <span class="log-level">{props.line.level}</span>
      <span class="log-text" lang="en">
        <Show when={isHost()}>
          <span class="log-host">{t('modules.logHost')}</span>{' '}
        </Show>
        {props.line.text}
      </span>
    </li>
  );
}

/** The log of a module as it is written. */
export function Log(props: { id: ModuleId }) {
  const { t, region } = useI18n();
  const toasts = useToasts();
  const log = watchLog(useHearth(), props.id);
  const [level, setLevel] = createSignal<Level>('debug');
  /** The lines that stand still while somebody reads; undefined follows the log. */
  const [held, setHeld] = createSignal<Lines>();
  const [scroller, setScroller] = createSignal<HTMLElement>();
  const [copied, setCopied] = createSignal<HTMLTextAreaElement>();
  const time = createMemo(
    () => new Intl.DateTimeFormat(region(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  );
  const shown = createMemo(() => from(held() ?? log.lines() ?? [], level()));
  const waiting = () => {
    const [still, all] = [held(), log.lines()];
    const last = still?.at(-1);
    if (!still || !all) return 0;
    return from(last ? all.slice(all.lastIndexOf(last) + 1) : all, level()).length;
  };
  const toEnd = () => {
    const element = scroller();
    if (element) element.scrollTop = element.scrollHeight;
  };
  createEffect(on([shown, scroller], () => !held() && toEnd()));
  const onScroll = (event: Event & { currentTarget: HTMLElement }) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (!isAtEnd) setHeld((still) => still ?? log.lines());
  };
  const follow = () => {
    setHeld(undefined);
    toEnd();
  };
  const copy = async () => {
    const field = copied();
    if (!field) return;
    field.value = asText(shown());
    const isCopied = await copyText(field.value, field);
    toasts.show({
      text: t(isCopied ? 'modules.logCopied' : 'modules.logCopyFailed'),
      tone: isCopied ? 'ok' : 'danger',
    });
  };
  return (
    <section class="module-section" aria-labelledby="module-log">
      <div class="module-section-head">
        <h2 id="module-log">{t('modules.log')}</h2>
        <div class="log-tools">
          <div class="log-level-choice">
            <Select
              label={t('modules.logLevel')}
              value={level()}
              options={levels.map((value) => ({ value, label: t(`modules.level.${value}`) }))}
              onValue={setLevel}
            />
          </div>
          <Show
            when={held()}
            fallback={
              <Button
                size="sm"
                icon={<Pause aria-hidden="true" />}
                onClick={() => setHeld(log.lines())}
                disabled={!log.lines()}
              >
                {t('modules.logPause')}
              </Button>
            }
          >
            <Button size="sm" icon={<Play aria-hidden="true" />} onClick={follow}>
              {waiting() > 0 ? t('modules.logNew', { count: waiting() }) : t('modules.logFollow')}
            </Button>
          </Show>
          <Button
            size="sm"
            icon={<Copy aria-hidden="true" />}
            onClick={() => void copy()}
            disabled={shown().length === 0}
          >
            {t('action.copy')}
          </Button>
        </div>
      </div>
      <Show when={log.error()}>{(error) => <ErrorNote error={error()} onRetry={log.reload} />}</Show>
      <Show
        when={log.lines()}
        fallback={
          <Show when={!log.error()}>
            <Skeleton label={t('app.loading')} lines={4} />
          </Show>
        }
      >
        {(all) => (
          <div
            class="log"
            role="log"
            aria-live="off"
            aria-labelledby="module-log"
            tabindex="0"
            ref={setScroller}
            onScroll={onScroll}
          >
            <ol role="list" class="log-lines">
              <For
                each={shown()}
                fallback={
                  <li class="log-none">{all().length > 0 ? t('modules.logNoMatch') : t('modules.logEmpty')}</li>
                }
              >
                {(line) => <Line line={line} time={time()} />}
              </For>
            </ol>
          </div>
        )}
      </Show>
      <textarea class="visually-hidden" tabindex="-1" aria-hidden="true" readonly ref={setCopied} />
    </section>
  );
}
