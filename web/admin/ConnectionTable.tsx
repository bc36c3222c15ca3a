import './connections.css';
import type { ConnectionFigures } from '@shared/hub/stats.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import ArrowDown from 'lucide-solid/icons/arrow-down';
import ArrowUp from 'lucide-solid/icons/arrow-up';
import { createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { createKeyed } from '../platform/keyed.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth, useHearthState } from '../platform/hearth.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Select } from '../ui/Select.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { TextField } from '../ui/TextField.tsx';
import { useToasts } from '../ui/Toasts.tsx';
import type { ConnectionList } from './connection-list.ts';
import { ConnectionRow, createDeviceName } from './ConnectionRow.tsx';
import type { Format } from './format.ts';

const ConfirmDialog = lazy(() => import('../ui/ConfirmDialog.tsx'));

const columns = [
  'name',
  'address',
  'connectedAt',
  'lastActivity',
  'channels',
  'messageCount',
  'bytesIn',
  'buffered',
] as const;
/** Shown as how long ago, sorted by when: what is longest ago comes first by the smallest time. */
const moments: readonly string[] = ['connectedAt', 'lastActivity'];
const numbers: readonly string[] = ['channels', 'messageCount', 'bytesIn', 'buffered'];

function Head(props: { list: ConnectionList }) {
  const { t } = useI18n();
  const direction = (by: (typeof columns)[number]) => {
    const { by: current, descending } = props.list.sorting();
    return current !== by ? undefined : descending === moments.includes(by) ? 'ascending' : 'descending';
  };
  return (
    <thead role="rowgroup">
      <tr role="row">
        <For each={columns}>
          {(by) => (
            <th
              scope="col"
              role="columnheader"
              class="connections-head"
              classList={{ 'connection-number': numbers.includes(by) }}
              aria-sort={direction(by)}
            >
              <button type="button" class="connections-sort" onClick={() => props.list.sortBy(by)}>
                {t(`admin.column.${by}`)}
                <Show when={direction(by)} fallback={<span class="connections-arrow" aria-hidden="true" />}>
                  <span class="connections-arrow" aria-hidden="true">
                    <Show when={direction(by) === 'descending'} fallback={<ArrowUp />}>
                      <ArrowDown />
                    </Show>
                  </span>
                </Show>
              </button>
            </th>
          )}
        </For>
        <th scope="col" role="columnheader" class="connections-head">
          <span class="visually-hidden">{t('admin.column.action')}</span>
        </th>
      </tr>
    </thead>
  );
}

/** Who is connected, from where and since when; each can be disconnected. */
export function ConnectionTable(props: { list: ConnectionList; format: Format; now: number }) {
  const { t, errorText } = useI18n();
  const hearth = useHearth();
  const state = useHearthState();
  const toasts = useToasts();
  const deviceName = createDeviceName();
  const rows = createKeyed(
    () => props.list.rows() ?? [],
    ({ id }) => id,
  );
  const [doomed, setDoomed] = createSignal<ConnectionFigures>();
  const [ending, setEnding] = createSignal(false);
  const [refusal, setRefusal] = createSignal<HearthError>();

  const close = () => {
    setDoomed(undefined);
    setRefusal(undefined);
  };
  const disconnect = async ({ id, user }: ConnectionFigures) => {
    setEnding(true);
    const result = await hearth.api.hub.disconnect({ connectionId: id });
    setEnding(false);
    const gone = !result.ok && result.error.code === 'hub.recipient_not_found';
    if (!result.ok && !gone) return setRefusal(result.error);
    props.list.remove(id);
    close();
    toasts.show({
      text: result.ok ? t('admin.disconnected', { name: user.name }) : errorText(result.error),
      tone: 'ok',
    });
  };
  const order = () => {
    const { by, descending } = props.list.sorting();
    return `${by}:${descending === moments.includes(by) ? 'up' : 'down'}`;
  };
  const chosen = (value: string) => {
    const by = columns.find((column) => value.startsWith(`${column}:`));
    if (by) props.list.setSorting({ by, descending: value.endsWith(':down') !== moments.includes(by) });
  };

  return (
    <section class="admin-section" aria-labelledby="admin-connections">
      <div class="connections-top">
        <h2 id="admin-connections">
          {t('admin.connections')} <span class="connections-count">{props.format.count(props.list.total())}</span>
        </h2>
        <div class="connections-tools">
          <TextField
            type="search"
            label={t('admin.search')}
            placeholder={t('admin.searchHint')}
            value={props.list.text()}
            onValue={props.list.setText}
          />
          <div class="connections-order">
            <Select
              label={t('admin.sort')}
              value={order()}
              options={columns.flatMap((by) =>
                (['down', 'up'] as const).map((way) => ({
                  value: `${by}:${way}`,
                  label: t(`admin.sort.${way}`, { column: t(`admin.column.${by}`) }),
                })),
              )}
              onValue={chosen}
            />
          </div>
        </div>
      </div>
      <Show when={props.list.error()}>{(error) => <ErrorNote error={error()} onRetry={props.list.reload} />}</Show>
      <Show
        when={props.list.rows()}
        fallback={
          <Show when={!props.list.error()}>
            <Skeleton label={t('app.loading')} kind="row" lines={4} />
          </Show>
        }
      >
        <Show when={rows().length > 0} fallback={<p class="connections-none">{t('admin.noMatch')}</p>}>
          <div class="card card--raised connections-frame">
            <table class="connections" role="table" aria-labelledby="admin-connections">
              <Head list={props.list} />
              <tbody
                role="rowgroup"
                onPointerEnter={() => props.list.hold(true)}
                onPointerLeave={() => props.list.hold(false)}
                onFocusIn={() => props.list.hold(true)}
                onFocusOut={() => props.list.hold(false)}
              >
                <For each={rows()}>
                  {(row) => (
                    <ConnectionRow
                      connection={row.value()}
                      mine={row.key === state().welcome?.connectionId}
                      now={props.now}
                      format={props.format}
                      onDisconnect={() => setDoomed(row.value())}
                    />
                  )}
                </For>
              </tbody>
            </table>
          </div>
          <Show when={props.list.total() > rows().length}>
            <p class="connections-none">{t('admin.more', { count: props.list.total() - rows().length })}</p>
          </Show>
        </Show>
      </Show>
      <Show when={doomed()}>
        {(connection) => (
          <Suspense>
            <ConfirmDialog
              open
              danger
              title={t('admin.disconnectTitle', { name: connection().user.name })}
              text={t('admin.disconnectText', { device: deviceName(connection()) })}
              confirmLabel={t('admin.disconnect')}
              busy={ending()}
              error={refusal()}
              onConfirm={() => void disconnect(connection())}
              onClose={close}
            />
          </Suspense>
        )}
      </Show>
    </section>
  );
}
