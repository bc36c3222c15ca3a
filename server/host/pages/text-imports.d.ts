declare module 'solid-js/*.js' {
  const text: string;
  export default text;
}
