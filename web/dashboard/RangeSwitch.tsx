import { For } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';

export const ranges = [1, 5, 15] as const;
/** Minutes. */
export type Range = (typeof ranges)[number];
export const isRange = (value: unknown): value is Range => ranges.some((range) => range === value);

/** How far back the charts look. */
export function RangeSwitch(props: { value: Range; onValue: (value: Range) => void }) {
  const { t } = useI18n();
  return (
    <fieldset class="range-switch">
      <legend class="visually-hidden">{t('dashboard.range')}</legend>
      <For each={ranges}>
        {(range) => (
          <label class="range-choice">
            <input
              class="visually-hidden"
              type="radio"
              name="dashboard-range"
              checked={props.value === range}
              onChange={() => props.onValue(range)}
            />
            <span>{t('dashboard.minutes', { count: range })}</span>
          </label>
        )}
      </For>
    </fieldset>
  );
}
