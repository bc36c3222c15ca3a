import { Match, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import type { CommandRefusal } from './command-run.ts';

/** Below the field: why a command did not run, and what else can be done with what was written. */
export function CommandRefused(props: { refusal: CommandRefusal | undefined; onSend: () => void }) {
  const { t, errorText } = useI18n();
  const as = <K extends CommandRefusal['kind']>(kind: K) =>
    props.refusal?.kind === kind ? (props.refusal as Extract<CommandRefusal, { kind: K }>) : undefined;
  return (
    <Show when={props.refusal}>
      <p class="composer-refused" role="alert">
        <Switch>
          <Match when={as('unknown')}>
            {(refusal) => (
              <>
                <span>{t('chat.commandUnknown', { name: refusal().name })}</span>
                <button type="button" class="message-action" onClick={() => props.onSend()}>
                  {t('chat.commandAsText')}
                </button>
              </>
            )}
          </Match>
          <Match when={as('offline')}>{t('chat.commandOffline')}</Match>
          <Match when={as('failed')}>
            {(refusal) => <span>{t('chat.commandFailed', { reason: errorText(refusal().error) })}</span>}
          </Match>
        </Switch>
      </p>
    </Show>
  );
}
