import './page.css';
import './tile.css';
import TriangleAlert from 'lucide-solid/icons/triangle-alert';
import { For, type JSX, type ParentProps, Show } from 'solid-js';

/** One of the colours of series, by its place. */
export type TileTone = 'one' | 'two' | 'three' | 'four' | 'five';

export interface TileValue {
  number: string;
  /** With the blank that the language puts before it. */
  unit?: string;
  /** Said before the number where a tile has several. */
  label?: string;
  icon?: JSX.Element;
}

export interface TileProps {
  label: string;
  icon: JSX.Element;
  tone: TileTone;
  /** Empty: not known. */
  values: readonly TileValue[];
  unknown: string;
  hint?: string | undefined;
  /** 0–100, drawn as a bar. */
  share?: number | null | undefined;
  /** In words, when the value asks for attention. */
  warning?: string | undefined;
  small?: boolean;
}

/** One value, now; below it how it moved, or whatever else belongs to it. */
export function Tile(props: ParentProps<TileProps>) {
  return (
    <li class={`card tile tone--${props.tone}`}>
      <div class="tile-head">
        <span class="tile-icon" aria-hidden="true">
          {props.icon}
        </span>
        <h3 class="tile-label">{props.label}</h3>
      </div>
      <div
        class="tile-values"
        classList={{ 'tile-values--small': props.small, 'tile-values--pair': props.values.length > 1 }}
      >
        <For each={props.values} fallback={<span class="tile-unknown">{props.unknown}</span>}>
          {(value) => (
            <span class="tile-value">
              <Show when={value.label}>
                <span class="tile-arrow" aria-hidden="true">
                  {value.icon}
                </span>
                <span class="visually-hidden">{value.label} </span>
              </Show>
              {value.number}
              <span class="tile-unit">{value.unit}</span>
            </span>
          )}
        </For>
      </div>
      <p class="tile-hint">
        <Show when={props.warning}>
          <span class="tile-warning">
            <TriangleAlert aria-hidden="true" />
            {props.warning}
          </span>{' '}
        </Show>
        {props.hint}
      </p>
      <Show when={props.share !== undefined}>
        <div class="tile-bar" aria-hidden="true">
          <div
            class="tile-bar-fill"
            classList={{ 'tile-bar-fill--warning': props.warning !== undefined }}
            style={{ transform: `scaleX(${(props.share ?? 0) / 100})` }}
          />
        </div>
      </Show>
      {props.children}
    </li>
  );
}
