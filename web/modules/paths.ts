export const modulePath = (id: string): string => `/modules/${id}`;
export const managePath = (id: string): string => `/modules/${id}/manage`;
