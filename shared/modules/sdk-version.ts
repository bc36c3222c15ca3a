/** Semantic version of `hearth:sdk`: manifests name a range of it. */
export const sdkVersion = '1.0.0';
