/** Hearth's mark: an ember in its flame. Decorative. */
export function Mark(props: { size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={props.size ?? 32} height={props.size ?? 32} aria-hidden="true">
      <path
        class="mark-flame"
        d="M16.6 2.2c.9 4.3-1 6.7-3.5 9.4C10.2 14.7 7 17.6 7 21.9 7 26.9 11 30 16 30s9-3.2 9-8.1c0-3.1-1.4-5.4-3-7.7-.5 1.8-1.3 3-2.7 3.7.7-5.500-.5-11.600-2.700-15.700Z"
      />
      <path
        class="mark-ember"
        d="M16.2 17.300c.2 2-.8 3.100-1.900 4.300-.9 1-1.700 2-1.700 3.400 0 2 1.500 3.300 3.400 3.300s3.400-1.300 3.400-3.300c0-2.900-1.900-5.400-3.200-7.700Z"
      />
    </svg>
  );
}
