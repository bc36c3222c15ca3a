import type { Person } from '@shared/people/schema.ts';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { Badge } from '../ui/Badge.tsx';

export function PersonRow(props: { person: Person; mine: boolean }) {
  const { t } = useI18n();
  return (
    <li class="person" classList={{ 'person--inactive': !props.person.active }}>
      <Avatar
        id={props.person.id}
        name={props.person.name}
        presence={props.person.active ? props.person.presence : undefined}
      />
      <div class="person-text">
        <p class="person-name">
          {props.person.name}
          <Show when={props.mine}>
            <span class="person-you"> ({t('people.you')})</span>
          </Show>
        </p>
        <p class="person-presence">
          {props.person.active ? t(`presence.${props.person.presence}`) : t('people.inactive')}
        </p>
      </div>
      <Show when={props.person.role !== 'member'}>
        <Badge tone={props.person.role === 'admin' ? 'accent' : 'neutral'}>{t(`role.${props.person.role}`)}</Badge>
      </Show>
    </li>
  );
}
