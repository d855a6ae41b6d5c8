export { proofOf, rememberCode } from './codes.ts';
export { choiceFor, dropChoice, keepChoice, keptChoice } from './device-choice.ts';
export { type SecretStoreChoice, openSecretStore } from './open-secret-store.ts';
export { Revocations } from './revocations.ts';
export { openFileSecretStore } from './secret-store-file.ts';
export { type KeyringEntry, openKeyringSecretStore } from './secret-store-keyring.ts';
export { type AccountParts, type SignInRequest, type SignUpRequest, deviceInfo, signIn, signOut, signUp } from './sign-in.ts';
