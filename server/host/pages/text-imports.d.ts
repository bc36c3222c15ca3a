declare module 'solid-js/*.js' {
  const text: string;
  export default text;
}

declare module '*/jsx-runtime.js' {
  const text: string;
  export default text;
}

declare module '*/page.css' {
  const text: string;
  export default text;
}
