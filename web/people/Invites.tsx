import './people.css';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Invite } from '@shared/people/schema.ts';
import { createEffect, createSignal, For, lazy, on, onCleanup, Show, Suspense } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createCall } from '../platform/call.ts';
import { useHearth } from '../platform/hearth.tsx';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { createClock } from '../ui/clock.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { formatRelative } from '../ui/Time.tsx';
import { useToasts } from '../ui/Toasts.tsx';

const ConfirmDialog = lazy(() => import('../ui/ConfirmDialog.tsx'));
const InviteLinkDialog = lazy(() => import('./InviteLinkDialog.tsx'));

function InviteRow(props: { invite: Invite; now: number; onShow: () => void; onRevoke: () => void }) {
  const { t, region } = useI18n();
  const uses = () => {
    const { uses: used, maxUses } = props.invite;
    if (maxUses === null) return t('invites.usesUnlimited', { count: used });
    return t('invites.uses', { uses: used, count: maxUses });
  };
  return (
    <li class="invite">
      <div class="invite-text">
        <Badge tone={props.invite.role === 'admin' ? 'accent' : 'neutral'}>{t(`role.${props.invite.role}`)}</Badge>
        <p class="invite-facts">
          {uses()} · {t('invites.expires', { when: formatRelative(props.invite.expiresAt, props.now, region()) })}
        </p>
      </div>
      <div class="invite-actions">
        <Button size="sm" onClick={() => props.onShow()}>
          {t('invites.show')}
        </Button>
        <Button size="sm" variant="ghost" onClick={() => props.onRevoke()}>
          {t('invites.revoke')}
        </Button>
      </div>
    </li>
  );
}

/** The invitations that are still good; for admins. */
export function Invites(props: { madeCount: number }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const toasts = useToasts();
  const invites = createCall(
    () => true,
    () => hearth.api.people.invites(),
  );
  createEffect(on(() => props.madeCount, invites.reload, { defer: true }));
  // Whoever joins has used one of them.
  onCleanup(hearth.events.on('person_changed', invites.reload));
  const now = createClock(60_000);
  const [shown, setShown] = createSignal<Invite>();
  const [doomed, setDoomed] = createSignal<Invite>();
  const [revoking, setRevoking] = createSignal(false);
  const [refusal, setRefusal] = createSignal<HearthError>();

  const close = () => {
    setDoomed(undefined);
    setRefusal(undefined);
  };
  const revoke = async (invite: Invite) => {
    setRevoking(true);
    const result = await hearth.api.people.revokeInvite({ code: invite.code });
    setRevoking(false);
    // Used up or expired in the meantime: what was wanted is already so.
    if (!result.ok && result.error.code !== 'people.invite_invalid') return setRefusal(result.error);
    invites.setData((list) => list?.filter((other) => other.code !== invite.code));
    close();
    toasts.show({ text: t('invites.revoked'), tone: 'ok' });
  };
  return (
    <section class="people-section" aria-labelledby="invites-title">
      <h2 class="people-heading" id="invites-title">
        {t('invites.title')}
      </h2>
      <Show when={invites.error()}>
        {(error) => <ErrorNote error={error()} busy={invites.busy()} onRetry={invites.reload} />}
      </Show>
      <Show
        when={invites.data()}
        fallback={
          <Show when={invites.busy()}>
            <Skeleton label={t('app.loading')} lines={2} />
          </Show>
        }
      >
        {(list) => (
          <Show when={list().length > 0} fallback={<p class="people-none">{t('invites.none')}</p>}>
            <ul role="list" class="card card--raised invite-list">
              <For each={list()}>
                {(invite) => (
                  <InviteRow
                    invite={invite}
                    now={now()}
                    onShow={() => setShown(invite)}
                    onRevoke={() => setDoomed(invite)}
                  />
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Suspense>
        <Show when={shown()}>
          {(invite) => <InviteLinkDialog invite={invite()} onClose={() => setShown(undefined)} />}
        </Show>
        <Show when={doomed()}>
          {(invite) => (
            <ConfirmDialog
              open
              danger
              title={t('invites.revokeTitle')}
              text={t('invites.revokeText')}
              confirmLabel={t('invites.revoke')}
              busy={revoking()}
              error={refusal()}
              onConfirm={() => void revoke(invite())}
              onClose={close}
            />
          )}
        </Show>
      </Suspense>
    </section>
  );
}
