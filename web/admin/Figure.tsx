import './figure.css';
import { For, type JSX, Show } from 'solid-js';
import { Sparkline } from './Sparkline.tsx';

export interface Value {
  number: string;
  unit?: string;
  /** Said before the number where there are several. */
  label?: string;
  icon?: JSX.Element;
}

export interface FigureProps {
  label: string;
  icon: JSX.Element;
  tone: 'one' | 'two' | 'three' | 'four' | 'five';
  /** Empty: not known. */
  values: readonly Value[];
  hint?: string;
  /** How it moved, oldest first. */
  history: readonly (number | null)[];
  /** So many values fill the line. */
  room: number;
}

/** One number of the server with how it moved of late. */
export function Figure(props: FigureProps) {
  return (
    <li class={`figure figure--${props.tone}`}>
      <div class="figure-head">
        <span class="figure-icon" aria-hidden="true">
          {props.icon}
        </span>
        <h3 class="figure-label">{props.label}</h3>
      </div>
      <div class="figure-values" classList={{ 'figure-values--pair': props.values.length > 1 }}>
        <For each={props.values} fallback={<span class="figure-unknown">–</span>}>
          {(value) => (
            <span class="figure-value">
              <Show when={value.label}>
                <span class="figure-arrow" aria-hidden="true">
                  {value.icon}
                </span>
                <span class="visually-hidden">{value.label} </span>
              </Show>
              {value.number}
              <span class="figure-unit">{value.unit}</span>
            </span>
          )}
        </For>
      </div>
      <p class="figure-hint">{props.hint}</p>
      <Sparkline values={props.history} room={props.room} />
    </li>
  );
}
