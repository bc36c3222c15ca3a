import './settings.css';
import type { ModuleInfo, ModuleSettings } from '@shared/modules/schema.ts';
import { createEffect, createMemo, For, on, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { createCall } from '../../platform/call.ts';
import { useHearth } from '../../platform/hearth.tsx';
import { Button } from '../../ui/Button.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useToasts } from '../../ui/Toasts.tsx';
import { UnsavedChanges } from '../../ui/UnsavedChanges.tsx';
import { SecretField } from './SecretField.tsx';
import { SettingField } from './SettingField.tsx';
import { createSettingsForm } from './settings-form.ts';

function Form(props: { module: ModuleInfo; settings: ModuleSettings; onSaved: (settings: ModuleSettings) => void }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const toasts = useToasts();
  const form = createSettingsForm({
    settings: () => props.settings,
    submit: (values) => hearth.api.modules.updateSettings({ id: props.module.id, values }),
    done: (settings) => {
      props.onSaved(settings);
      toasts.show({ text: t('modules.settingsSaved', { title: props.module.title }), tone: 'ok' });
    },
  });
  return (
    <form class="form card card--raised module-panel" {...form.form}>
      <For each={form.fields()} fallback={<p class="module-hint">{t('modules.settingsEmpty')}</p>}>
        {(field) => (
          <Show when={field.kind === 'secret'} fallback={<SettingField {...form.of(field)} />}>
            <SecretField {...form.of(field)} stored={props.settings.secrets[field.name] ?? 'empty'} />
          </Show>
        )}
      </For>
      <Show when={form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
      <div class="form-actions settings-actions">
        <Button type="submit" variant="primary" busy={form.busy()} disabled={!form.isChanged()}>
          {t('action.save')}
        </Button>
        <Show when={form.isChanged()}>
          <Button variant="ghost" onClick={form.reset}>
            {t('modules.settingsDiscard')}
          </Button>
        </Show>
        <p class="settings-unsaved" role="status">
          {form.isChanged() ? t('modules.settingsUnsaved') : ''}
        </p>
      </div>
      <UnsavedChanges unsaved={form.isChanged()} />
    </form>
  );
}

/** What an admin may set for a module, as its schema says. */
export function Settings(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const settings = createCall(
    () => props.module.id,
    (id) => hearth.api.modules.settings({ id }),
  );
  // Another version may have other settings, another admin may have changed them.
  const changedAt = createMemo(() => props.module.admin?.changedAt);
  createEffect(on(changedAt, settings.reload, { defer: true }));
  return (
    <section class="module-section" aria-labelledby="module-settings">
      <h2 id="module-settings">{t('modules.settings')}</h2>
      <Show when={settings.error()}>
        {(error) => <ErrorNote error={error()} busy={settings.busy()} onRetry={settings.reload} />}
      </Show>
      <Show
        when={settings.data()}
        fallback={
          <Show when={settings.busy()}>
            <Skeleton label={t('app.loading')} lines={3} />
          </Show>
        }
      >
        {(loaded) => (
          <Form module={props.module} settings={loaded()} onSaved={(saved) => settings.setData(() => saved)} />
        )}
      </Show>
    </section>
  );
}
