import './totals.css';
import type { Stats } from '@shared/hub/stats.ts';
import { For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import type { Format } from './format.ts';

const closeCodes = [
  1000, 1001, 1002, 1005, 1006, 1009, 1011, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4500, 4501, 4502, 4503, 4504,
  4505,
] as const;
const refusals = ['unauthenticated', 'origin', 'not_ready', 'user', 'address', 'node'] as const;

type Title = 'admin.happened' | 'admin.busiest' | 'admin.closed' | 'admin.refused';

interface Fact {
  name: string;
  value: string;
}

function Card(props: { title: string; facts: readonly Fact[]; none: string; code?: boolean | undefined }) {
  return (
    <section class="card totals-card">
      <h3 class="totals-title">{props.title}</h3>
      <Show when={props.facts.length > 0} fallback={<p class="totals-none">{props.none}</p>}>
        <dl class="totals-list" classList={{ 'totals-list--code': props.code }}>
          <For each={props.facts}>
            {(fact) => (
              <div class="totals-row">
                <dt>{fact.name}</dt>
                <dd>{fact.value}</dd>
              </div>
            )}
          </For>
        </dl>
      </Show>
    </section>
  );
}

/** What happened since the server started, and where most is going on. */
export function Totals(props: { stats: Stats; format: Format }) {
  const { t } = useI18n();
  const count = (value: number) => props.format.count(value);
  const happened = (): Fact[] => {
    const { opened, recoveries, commits, journal, cpu } = props.stats;
    return [
      { name: t('admin.opened'), value: count(opened) },
      { name: t('admin.recovered'), value: count(recoveries.recovered) },
      { name: t('admin.lost'), value: count(recoveries.lost) },
      { name: t('admin.writes'), value: t('admin.writesIn', { writes: count(commits.writes), count: commits.count }) },
      { name: t('admin.journal'), value: count(journal.seq) },
      { name: t('admin.cpu'), value: props.format.duration(cpu) },
    ];
  };
  const closed = (): Fact[] =>
    Object.entries(props.stats.closed)
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, times]) => {
        const known = closeCodes.find((each) => String(each) === code);
        return { name: known ? t(`admin.closed.${known}`) : t('admin.closed.other'), value: count(times) };
      });
  const refused = (): Fact[] => [
    ...refusals
      .filter((reason) => (props.stats.refused[reason] ?? 0) > 0)
      .map((reason) => ({ name: t(`admin.refused.${reason}`), value: count(props.stats.refused[reason] ?? 0) })),
    ...Object.entries(props.stats.refusedFrames).map(([code, times]) => ({
      name: t('admin.refused.frame', { code }),
      value: count(times),
    })),
  ];
  const busiest = (): Fact[] =>
    props.stats.channels.top.map(({ channel, connections }) => ({ name: channel, value: count(connections) }));
  const cards = (): { title: Title; facts: Fact[]; code?: boolean }[] => [
    { title: 'admin.happened', facts: happened() },
    { title: 'admin.busiest', facts: busiest(), code: true },
    { title: 'admin.closed', facts: closed() },
    { title: 'admin.refused', facts: refused() },
  ];

  return (
    <div class="totals">
      <For each={cards()}>
        {(card) => <Card title={t(card.title)} none={t('admin.nothing')} facts={card.facts} code={card.code} />}
      </For>
    </div>
  );
}
