import './details.css';
import type { Sample } from '@shared/metrics/schema.ts';
import { createMemo, Index, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { type Format, textOf } from './format.ts';

interface Row {
  name: string;
  value: string;
}

function Rows(props: { title: string; rows: readonly Row[] }) {
  return (
    <Show when={props.rows.length > 0}>
      <section class="card detail-card">
        <h3 class="chart-card-title">{props.title}</h3>
        <dl class="detail-rows">
          <Index each={props.rows}>
            {(row) => (
              <div class="detail-row">
                <dt>{row().name}</dt>
                <dd>{row().value}</dd>
              </div>
            )}
          </Index>
        </dl>
      </section>
    </Show>
  );
}

function Cores(props: { cores: readonly (number | null)[]; format: Format }) {
  const { t } = useI18n();
  const label = createMemo(() => {
    const busiest = Math.max(0, ...props.cores.map((core) => core ?? 0));
    return t('dashboard.coresLabel', { count: props.cores.length, busiest: textOf(props.format.percent(busiest, 0)) });
  });
  return (
    <section class="card detail-card">
      <h3 class="chart-card-title">{t('dashboard.cores', { count: props.cores.length })}</h3>
      <div class="cores" role="img" aria-label={label()}>
        <Index each={props.cores}>
          {(core) => (
            <div class="core">
              <div class="core-fill" style={{ transform: `scaleY(${(core() ?? 0) / 100})` }} />
            </div>
          )}
        </Index>
      </div>
    </section>
  );
}

/** The parts of the machine, one by one. */
export function Details(props: { sample: Sample; format: Format }) {
  const { t } = useI18n();
  const details = () => props.sample.details;
  const interfaces = () =>
    (details().interfaces ?? []).map(({ name, receive, send }) => ({
      name,
      value: `↓ ${textOf(props.format.rate(receive))}  ↑ ${textOf(props.format.rate(send))}`,
    }));
  const sensors = () =>
    (details().sensors ?? []).map(({ name, temperature }) => ({
      name,
      value: textOf(props.format.celsius(temperature)),
    }));
  const gpus = () =>
    (details().gpus ?? []).map(({ name, load, memoryUsed, memoryTotal, temperature }) => ({
      name,
      value: [
        load !== null && textOf(props.format.percent(load, 0)),
        memoryUsed !== null &&
          memoryTotal !== null &&
          t('dashboard.of', {
            used: textOf(props.format.bytes(memoryUsed)),
            total: textOf(props.format.bytes(memoryTotal)),
          }),
        temperature !== null && textOf(props.format.celsius(temperature)),
      ]
        .filter(Boolean)
        .join(' · '),
    }));

  return (
    <div class="dashboard-details">
      <Show when={details().cores}>{(cores) => <Cores cores={cores()} format={props.format} />}</Show>
      <Rows title={t('dashboard.gpus')} rows={gpus()} />
      <Rows title={t('dashboard.interfaces')} rows={interfaces()} />
      <Rows title={t('dashboard.sensors')} rows={sensors()} />
    </div>
  );
}
