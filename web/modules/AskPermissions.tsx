import type { ModuleInfo } from '@shared/modules/schema.ts';
import { lazy, Show, Suspense } from 'solid-js';
import { useSwitching } from './switching.ts';

const PermissionsDialog = lazy(() => import('./PermissionsDialog.tsx'));

export interface AskPermissionsProps {
  /** As it was when the question came up; undefined while there is none. */
  module: ModuleInfo | undefined;
  onClose: () => void;
}

/** Asks what a module may do, and switches it on with that. */
export function AskPermissions(props: AskPermissionsProps) {
  const { enable } = useSwitching();
  return (
    <Show when={props.module}>
      {(module) => (
        <Suspense>
          <PermissionsDialog
            module={module()}
            onGrant={(grant) => enable(module(), grant)}
            onClose={() => props.onClose()}
          />
        </Suspense>
      )}
    </Show>
  );
}
