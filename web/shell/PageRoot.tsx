import type { RouteSectionProps } from '@solidjs/router';
import { Suspense } from 'solid-js';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { ToastProvider } from '../ui/Toasts.tsx';
import { Splash } from './Splash.tsx';

/** Around every page, signed in or not. */
export function PageRoot(props: RouteSectionProps) {
  return (
    <ToastProvider>
      <PaneBoundary>
        <Suspense fallback={<Splash />}>{props.children}</Suspense>
      </PaneBoundary>
    </ToastProvider>
  );
}
