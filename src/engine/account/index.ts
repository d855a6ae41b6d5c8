export { adviceFor, proofOf, rememberCode } from './codes.ts';
export { choiceFor, dropChoice, keepChoice, keptChoice } from './device-choice.ts';
export { loadNumberingPlans, readAddress } from './read-address.ts';
export { listenOnLoopback } from './loopback.ts';
export { engineSecrets } from './secret-names.ts';
export { timesHere } from './times-here.ts';
export { SignIns, type SignInsOptions } from './sign-ins.ts';
export { type SecretStoreChoice, openSecretStore } from './open-secret-store.ts';
export { Revocations } from './revocations.ts';
export { openFileSecretStore } from './secret-store-file.ts';
export { type KeyringEntry, openKeyringSecretStore } from './secret-store-keyring.ts';
export {
  type AccountParts,
  type SignInRequest,
  type SignUpRequest,
  deviceInfo,
  enteringOf,
  giveBack,
  settle,
  signIn,
  signOut,
  signUp,
} from './sign-in.ts';
