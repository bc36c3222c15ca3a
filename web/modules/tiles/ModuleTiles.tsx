import '../modules.css';
import { A } from '@solidjs/router';
import type { ModuleInfo, TileReading } from '@shared/modules/schema.ts';
import Blocks from 'lucide-solid/icons/blocks';
import { createMemo, For, Show } from 'solid-js';
import { createKeyed } from '../../platform/keyed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHearth } from '../../platform/hearth.tsx';
import { toneOf } from '../../ui/initials.ts';
import { Tile, type TileTone, type TileValue } from '../../ui/Tile.tsx';
import { sorted } from '../apply-event.ts';
import { useModules } from '../use-modules.ts';
import { modulePath } from '../paths.ts';
import { shareOf } from './reading.ts';
import { watchReadings } from './watch-readings.ts';

const tones: readonly TileTone[] = ['one', 'two', 'three', 'four', 'five'];
const blank = '\u00a0';

/** Words longer than this take a smaller size. */
const LONG = 8;

type Tiled = ModuleInfo & { tile: NonNullable<ModuleInfo['tile']> };

function ModuleTile(props: { module: Tiled; stream: string }) {
  const { t, region, errorText } = useI18n();
  const watched = watchReadings(useHearth(), props.module.id, props.stream);
  const numbers = createMemo(() => new Intl.NumberFormat(region(), { maximumFractionDigits: 2 }));
  const written = (value: TileReading['value']) => (typeof value === 'number' ? numbers().format(value) : value);
  /** What keeps the value from being of now. */
  const trouble = () => {
    const { state } = props.module;
    if (state !== 'active') return t(`modules.state.${state}`);
    const error = watched.error();
    return error && errorText(error);
  };
  const shown = () => (watched.error() ? undefined : watched.reading());
  const values = (): TileValue[] => {
    const reading = shown();
    if (!reading) return [];
    const { value, unit } = reading;
    return [{ number: written(value), unit: unit === undefined ? '' : blank + unit }];
  };
  const hint = () => {
    const reading = shown();
    if (!reading) return undefined;
    const { detail, maximum, unit = '' } = reading;
    return (
      detail ??
      (maximum === undefined ? undefined : t('modules.tileOf', { maximum: `${written(maximum)} ${unit}`.trim() }))
    );
  };
  const share = () => {
    const reading = shown();
    return reading ? shareOf(reading) : undefined;
  };
  return (
    <Tile
      label={props.module.tile.title}
      icon={<Blocks />}
      tone={tones[toneOf(props.module.id) % tones.length] ?? 'one'}
      values={values()}
      unknown={trouble() ? '–' : t('dashboard.unknown')}
      hint={hint()}
      warning={trouble()}
      share={share()}
      small={String(shown()?.value ?? '').length > LONG}
    >
      <Show when={props.module.hasPage}>
        <A
          class="module-tile-link"
          href={modulePath(props.module.id)}
          aria-label={t('modules.openNamed', { title: props.module.title })}
        />
      </Show>
    </Tile>
  );
}

/** A tile for each module that has one. */
export function ModuleTiles() {
  const { t, region } = useI18n();
  const list = useModules();
  const tiled = createMemo(() =>
    sorted(list.modules() ?? [], region()).filter((module): module is Tiled => module.enabled && module.tile !== null),
  );
  // Another stream is another tile.
  const rows = createKeyed(tiled, ({ id, tile }) => `${id} ${tile.stream}`);
  return (
    <Show when={rows().length > 0}>
      <section class="dashboard-history" aria-labelledby="dashboard-modules">
        <h2 id="dashboard-modules">{t('modules.title')}</h2>
        <ul class="dashboard-tiles dashboard-tiles--modules" role="list">
          <For each={rows()}>{(row) => <ModuleTile module={row.value()} stream={row.value().tile.stream} />}</For>
        </ul>
      </section>
    </Show>
  );
}
