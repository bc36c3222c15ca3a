/** Hearth's mark: a fireplace with its ember. Decorative. */
export function Mark(props: { size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={props.size ?? 32} height={props.size ?? 32} aria-hidden="true">
      <rect class="mark-wall" width="32" height="32" rx="9" />
      <path class="mark-arch" d="M7 24.5V15a9 9 0 0 1 18 0v9.5h1.2a1.1 1.1 0 0 1 0 2.2H5.8a1.1 1.1 0 0 1 0-2.2Z" />
      <path
        class="mark-ember"
        d="M16.8 9.3c.4 2.6 4.6 5.6 4.6 9.6a5.4 5.4 0 0 1-10.8 0c0-2.3 1.2-3.7 2.5-5.1.2 1.2.6 2 1.4 2.4.1-2.7.9-5 2.3-6.9Z"
      />
    </svg>
  );
}
