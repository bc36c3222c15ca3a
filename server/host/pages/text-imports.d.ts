declare module 'solid-js/*.js' {
  const text: string;
  export default text;
}

declare module '*/jsx-runtime.js' {
  const text: string;
  export default text;
}
