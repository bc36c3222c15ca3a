import './people.css';
import UserPlus from 'lucide-solid/icons/user-plus';
import UsersRound from 'lucide-solid/icons/users-round';
import { createMemo, createSignal, For, lazy, Match, onCleanup, Show, Suspense, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createCall } from '../platform/call.ts';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { TextField } from '../ui/TextField.tsx';
import { applyPersonChanged, applyPresence, matching, sorted } from './apply-event.ts';
import { Invites } from './Invites.tsx';
import { PersonRow } from './PersonRow.tsx';

const InviteDialog = lazy(() => import('./InviteDialog.tsx'));

/** With more than this many people a search field helps. */
const SEARCH_FROM = 8;

export default function PeoplePage() {
  const { t, region } = useI18n();
  const hearth = useHearth();
  const me = useMe();
  const [inviting, setInviting] = createSignal(false);
  const [madeInvites, setMadeInvites] = createSignal(0);
  const [query, setQuery] = createSignal('');
  usePageTitle(() => t('people.title'));

  const people = createCall(
    () => me().id,
    () => hearth.api.people.list(),
  );
  const update = (change: (list: NonNullable<ReturnType<typeof people.data>>) => typeof list) =>
    people.setData((list) => list && change(list));
  onCleanup(hearth.events.on('person_changed', (person) => update((list) => applyPersonChanged(list, person))));
  onCleanup(hearth.events.on('presence', (change) => update((list) => applyPresence(list, change))));
  // Presence is not replayed: after a gap the list is asked for again.
  onCleanup(hearth.events.onOnline(() => people.data() && people.reload()));

  const shown = createMemo(() => sorted(matching(people.data() ?? [], query()), region()));
  const online = () => (people.data() ?? []).filter((person) => person.presence === 'online').length;
  const isAdmin = () => me().role === 'admin';
  const inviteButton = () => (
    <Button variant="primary" icon={<UserPlus aria-hidden="true" />} onClick={() => setInviting(true)}>
      {t('invites.new')}
    </Button>
  );
  return (
    <PageLayout>
      <PageHeader
        title={t('people.title')}
        description={
          people.data() && (
            <>
              {t('people.count', { count: people.data()?.length ?? 0 })} · {t('people.online', { count: online() })}
            </>
          )
        }
        actions={<Show when={isAdmin()}>{inviteButton()}</Show>}
      />
      <div class="page-body">
        <div class="page-column">
          <Show when={people.error()}>
            {(error) => <ErrorNote error={error()} busy={people.busy()} onRetry={people.reload} />}
          </Show>
          <Switch>
            <Match when={people.data()}>
              {(list) => (
                <section class="people-section">
                  <Show when={list().length >= SEARCH_FROM}>
                    <TextField type="search" label={t('people.search')} value={query()} onValue={setQuery} />
                  </Show>
                  <ul role="list" class="card card--raised person-list">
                    <For each={shown()}>{(person) => <PersonRow person={person} mine={person.id === me().id} />}</For>
                  </ul>
                  <Show when={shown().length === 0}>
                    <p class="people-none">{t('people.noMatch')}</p>
                  </Show>
                  <Show when={list().length === 1 && isAdmin()}>
                    <EmptyState
                      icon={<UsersRound />}
                      title={t('people.alone')}
                      text={t('people.aloneText')}
                      action={inviteButton()}
                    />
                  </Show>
                </section>
              )}
            </Match>
            <Match when={people.busy()}>
              <Skeleton label={t('app.loading')} kind="row" lines={4} />
            </Match>
          </Switch>
          <Show when={isAdmin()}>
            <PaneBoundary>
              <Invites madeCount={madeInvites()} />
            </PaneBoundary>
          </Show>
        </div>
      </div>
      <Show when={inviting()}>
        <Suspense>
          <InviteDialog onClose={() => setInviting(false)} onMade={() => setMadeInvites((count) => count + 1)} />
        </Suspense>
      </Show>
    </PageLayout>
  );
}
