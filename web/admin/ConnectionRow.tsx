import type { ConnectionFigures } from '@shared/hub/stats.ts';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { deviceOf } from '../settings/device-name.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { formatTime } from '../ui/Time.tsx';
import type { Format } from './format.ts';

export interface ConnectionRowProps {
  connection: ConnectionFigures;
  /** It is this page's own. */
  mine: boolean;
  /** Milliseconds UTC of the server. */
  now: number;
  format: Format;
  onDisconnect: () => void;
}

/** The device of a connection as people know it. */
export function createDeviceName() {
  const { t } = useI18n();
  return ({ userAgent }: ConnectionFigures): string => {
    const { browser, system, program } = deviceOf(userAgent);
    if (browser && system) return t('sessions.device', { browser, system });
    return program ?? t('sessions.unknownDevice');
  };
}

export function ConnectionRow(props: ConnectionRowProps) {
  const { t, region } = useI18n();
  const device = createDeviceName();
  const since = (at: number) => props.format.duration(Math.max(0, props.now - at) / 1000);
  /** How it receives events where no socket passes. */
  const detour = () => {
    const { transport } = props.connection;
    return transport === 'websocket' ? undefined : t(`admin.transport.${transport}`);
  };
  const waiting = () => {
    const { queued, buffered } = props.connection;
    const parts = [
      queued > 0 && t('admin.queued', { count: queued }),
      buffered > 0 && props.format.text(props.format.bytes(buffered)),
    ];
    return parts.filter(Boolean).join(' · ');
  };
  return (
    <tr class="connection" role="row">
      <th class="connection-person" scope="row" role="rowheader">
        <Avatar id={props.connection.user.id} name={props.connection.user.name} size="sm" />
        <span class="connection-names">
          <span class="connection-name">
            {props.connection.user.name}
            <Show when={props.mine}>
              {' '}
              <Badge tone="ok">{t('admin.thisPage')}</Badge>
            </Show>
          </span>
          <span class="connection-device">
            {device(props.connection)}
            <Show when={detour()}>{(how) => <> · {how()}</>}</Show>
          </span>
        </span>
      </th>
      <td role="cell" class="connection-address" data-label={t('admin.column.address')}>
        {props.connection.address || '–'}
      </td>
      <td
        role="cell"
        data-label={t('admin.column.connectedAt')}
        title={formatTime(props.connection.connectedAt, 'full', region())}
      >
        {since(props.connection.connectedAt)}
      </td>
      <td role="cell" data-label={t('admin.column.lastActivity')}>
        {since(props.connection.lastActivity)}
      </td>
      <td
        role="cell"
        class="connection-number"
        data-label={t('admin.column.channels')}
        title={props.connection.subscribed.join('\n')}
      >
        {props.format.count(props.connection.channels)}
      </td>
      <td role="cell" class="connection-number" data-label={t('admin.column.messageCount')}>
        {props.format.count(props.connection.messageCount)}
      </td>
      <td role="cell" class="connection-number" data-label={t('admin.column.bytesIn')}>
        {props.format.text(props.format.bytes(props.connection.bytesIn))}
      </td>
      <td
        role="cell"
        class="connection-number"
        classList={{ 'connection-none': waiting() === '' }}
        data-label={t('admin.column.buffered')}
      >
        {waiting() || '–'}
      </td>
      <td role="cell" class="connection-action">
        <Button
          size="sm"
          aria-label={t('admin.disconnectNamed', {
            name: props.connection.user.name,
            device: device(props.connection),
          })}
          onClick={() => props.onDisconnect()}
        >
          {t('admin.disconnect')}
        </Button>
      </td>
    </tr>
  );
}
