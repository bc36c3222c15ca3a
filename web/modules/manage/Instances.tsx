import type { ModuleInfo } from '@shared/modules/schema.ts';
import { createMemo, Index, onCleanup, Show } from 'solid-js';
import { createFormat, textOf } from '../../dashboard/format.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Time } from '../../ui/Time.tsx';

/** Memory and work change without a word: they are asked for this often (ms) while somebody looks. */
const LOOK_EVERY = 5000;

/** The processes that run the module now. */
export function Instances(props: { module: ModuleInfo; onLook: () => void }) {
  const { t, region } = useI18n();
  const format = createMemo(() => createFormat(region()));
  const timer = setInterval(() => {
    if (!document.hidden) props.onLook();
  }, LOOK_EVERY);
  onCleanup(() => clearInterval(timer));
  const running = () => props.module.admin?.instances ?? [];
  return (
    <section class="module-section" aria-labelledby="module-instances">
      <h2 id="module-instances">{t('modules.instances')}</h2>
      <div class="card card--raised module-panel">
        <Show when={running().length > 0} fallback={<p class="module-hint">{t('modules.instancesNone')}</p>}>
          <ul role="list" class="instances">
            <Index each={running()}>
              {(instance) => (
                <li class="instance">
                  <span class="instance-name">{t('modules.process', { pid: String(instance().pid) })}</span>
                  <span>
                    {t('modules.started')} <Time at={instance().startedAt} format="relative" />
                  </span>
                  <Show when={instance().memory}>{(bytes) => <span>{textOf(format().bytes(bytes()))}</span>}</Show>
                  <span>{t('modules.calls', { count: instance().running })}</span>
                </li>
              )}
            </Index>
          </ul>
        </Show>
      </div>
    </section>
  );
}
