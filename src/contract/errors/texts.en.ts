import type { ErrorTexts } from './text.ts';

export const en: ErrorTexts = {
  invalid_request: { problem: 'The request was refused: {field} is missing or wrong[ ({problem})].', wayOut: 'Correct it and try again.' },
  not_found: {
    problem: 'It is not there any more.',
    wayOut: 'Look at the list again; it may have been moved or deleted on another device.',
  },
  method_not_allowed: {
    problem: 'This address of the cloud cannot be used in that way.',
    wayOut: 'See the description of the cloud API for the calls it takes.',
  },
  origin_refused: {
    problem: 'A web page or an unknown host name asked, and was refused.',
    wayOut: 'Open Tidemark from its own address on this computer.',
  },
  body_too_large: {
    problem: 'The request is larger than the cloud takes at once.',
    wayOut: 'Tidemark sends smaller parts by itself; where even one is refused, what lies between has to let larger ones through.',
  },
  unsupported_media_type: {
    problem: 'The request came in a format that the cloud does not read.',
    wayOut: 'Use the format given in the description of the cloud API.',
  },
  idempotency_key_reused: {
    problem: 'The same request key was used for two different requests.',
    wayOut: 'Use a new key for each request.',
  },
  idempotency_key_missing: {
    problem: 'The request needs a key that tells a repeat from a new one.',
    wayOut: 'Send an Idempotency-Key with it.',
  },
  range_not_satisfiable: {
    problem: 'The file is shorter than the part that was asked for.',
    wayOut: 'Ask for a part that lies inside the file.',
  },
  not_signed_in: { problem: 'This device is not signed in.', wayOut: 'Sign in to sync; the local files stay as they are.' },
  invalid_credentials: {
    problem: 'The e-mail address or the password is wrong.',
    wayOut:
      'Check both. The account may also live in the other region: international and mainland China share nothing, so try signing in there.',
  },
  session_expired: { problem: 'The sign-in of this device has ended.', wayOut: 'Sign in again; the local files stay as they are.' },
  access_expired: { problem: 'The pass for this request has run out.', wayOut: 'Tidemark renews it by itself.' },
  device_revoked: {
    problem: 'This device was signed out from another device[: {device}].',
    wayOut: 'Sign in again to go on syncing; the local files stay as they are.',
  },
  no_such_account: {
    problem: 'There is no such account in this region.',
    wayOut: 'It may live in the other region, which shares nothing with this one: switch the region, or sign up here.',
  },
  signed_in_already: {
    problem: 'This device is signed in as {account}.',
    wayOut: 'Sign it out first (`tidemark sign-out`), or give this account a profile of its own (`--profile DIR`).',
  },
  device_limit: {
    problem: 'The plan of this account takes no more devices than {limit}.',
    wayOut: 'Choose one that is to be signed out; its files stay on it. You need not show again who you are, for ten minutes.',
  },
  choice_over: {
    problem: 'This choice is over: a device was signed in with it, or it is older than ten minutes.',
    wayOut: 'Sign in again.',
  },
  code_wrong: {
    problem: 'This is not the code that was sent; {attemptsLeft} tries are left.',
    wayOut: 'Type the six digits of the newest message, or have another code sent.',
  },
  code_expired: {
    problem: 'This code is over: it was used, is older than ten minutes, or was tried too often.',
    wayOut: 'Have another one sent.',
  },
  codes_unavailable: { problem: 'This cloud sends no such codes.', wayOut: 'Sign in in another way, or ask whoever runs it.' },
  proof_required: { problem: 'The e-mail address has to be proved first.', wayOut: 'Have a code sent to it, and sign up with that.' },
  identity_in_use: {
    problem: 'This way to sign in belongs to another account already.',
    wayOut: 'Sign in with it and remove it there, or use another one here.',
  },
  last_identity: { problem: 'It is the only way to sign in that the account has.', wayOut: 'Add another one first.' },
  reauth_required: {
    problem: 'Such a change needs a fresh proof that it is you.',
    wayOut: 'Give the password, or a code that is sent to you, and try again.',
  },
  provider_not_offered: {
    problem: 'This cloud does not take sign-ins with {provider}.',
    wayOut: 'Sign in in another way, or ask whoever runs it.',
  },
  provider_refused: {
    problem: '{provider} was not allowed to say who you are.',
    wayOut: 'Try again and agree there, or sign in in another way.',
  },
  provider_unreachable: { problem: 'The cloud could not reach {provider}.', wayOut: 'Try again in a moment, or sign in in another way.' },
  provider_answer_invalid: {
    problem: 'The answer of {provider} could not be trusted, so nobody was signed in.',
    wayOut: 'Begin again; if it lasts, tell whoever runs the cloud.',
  },
  provider_mismatch: {
    problem: 'The answer did not come from {provider}, so nobody was signed in.',
    wayOut: 'Begin again from Tidemark, and follow no link that somebody sent.',
  },
  provider_not_recent: {
    problem: '{provider} did not have you sign in there again, so nothing is confirmed.',
    wayOut: 'Sign out there, try again and sign in when it asks; or confirm with your password or a code.',
  },
  sign_in_not_begun: {
    problem: 'This sign-in was not begun in this browser.',
    wayOut: 'Begin again from Tidemark, and follow no link that somebody sent.',
  },
  sign_in_expired: { problem: 'This sign-in took longer than ten minutes.', wayOut: 'Begin again.' },
  sign_in_used: { problem: 'This sign-in was used already, or there is none of that kind.', wayOut: 'Begin again.' },
  sign_in_unfinished: {
    problem: 'The browser did not come back in time.',
    wayOut: 'Begin again, and finish the sign-in in the browser within ten minutes.',
  },
  sign_in_denied: { problem: 'The sign-in was refused on the page.', wayOut: 'If that was a mistake, begin again.' },
  authorization_pending: { problem: 'Nobody has confirmed the sign-in yet.', wayOut: 'Tidemark asks again by itself.' },
  slow_down: { problem: 'The cloud was asked too often whether the sign-in is confirmed.', wayOut: 'Tidemark waits longer by itself.' },
  user_code_wrong: { problem: 'No device waits with this code.', wayOut: 'Check it for typos; a code is good for ten minutes.' },
  identity_not_yours: { problem: 'This way to sign in is not one of this account.', wayOut: 'Use one that the account has.' },
  email_needed: { problem: 'A password goes with an e-mail address, and the account has none.', wayOut: 'Add an e-mail address first.' },
  phone_invalid: { problem: 'This is not a complete phone number.', wayOut: 'Give it with its country code, such as +49 30 123456.' },
  phone_not_served: {
    problem: 'Codes cannot be sent to numbers of {country}.',
    wayOut: 'Use an e-mail address or another way to sign in.',
  },
  email_in_use: { problem: 'An account with this e-mail address exists already.', wayOut: 'Sign in with it, or use another address.' },
  email_invalid: { problem: 'This is not a complete e-mail address.', wayOut: 'Check it for typos.' },
  password_too_weak: { problem: 'The password is too short or too easy to guess.', wayOut: 'Choose a longer one.' },
  sign_up_closed: { problem: 'This cloud takes no new accounts.', wayOut: 'Ask whoever runs it for an account.' },
  invite_required: { problem: 'This cloud needs an invitation to sign up.', wayOut: 'Ask whoever runs it for an invitation code.' },
  bootstrap_secret_required: {
    problem: 'This cloud belongs to one profile, and only that profile may sign up.',
    wayOut: 'Sign up from the profile that started it.',
  },
  wrong_account: {
    problem: 'This is not the account that the folder belongs to.',
    wayOut: 'Sign in with the earlier account, or remove the folder first; its files stay on this computer.',
  },
  rate_limited: {
    problem: 'The cloud asks to slow down[: it takes this again in {minutes} min].',
    wayOut: 'Sync waits and goes on by itself; anything else can be tried again later.',
  },
  quota_exceeded: {
    problem: 'There is not enough room in the cloud for this.',
    wayOut: 'Delete what is not needed or empty the trash; smaller files still sync if they fit.',
  },
  uncommitted_limit: {
    problem: 'Too much was sent to the cloud without being finished.',
    wayOut: 'Tidemark finishes what is under way and then goes on by itself.',
  },
  cloud_unreachable: {
    problem: 'The cloud at {server} cannot be reached.',
    wayOut: 'Check the address and the network. Tidemark tries again by itself where it runs.',
  },
  cloud_timeout: { problem: 'The cloud at {server} did not answer in time.', wayOut: 'Tidemark tries again by itself.' },
  cloud_unavailable: { problem: 'The cloud is not available for the moment.', wayOut: 'Tidemark waits and goes on by itself.' },
  cloud_failed: {
    problem: 'The cloud could not do this because of a fault of its own.',
    wayOut: 'Tidemark tries again by itself; if it lasts, tell whoever runs the cloud.',
  },
  not_tidemark: { problem: 'What answers at {server} is not a Tidemark cloud.', wayOut: 'Check the address.' },
  cloud_answer_invalid: {
    problem: 'The answer of the cloud could not be understood.',
    wayOut: 'Tidemark tries again by itself; a proxy in between may have changed it.',
  },
  cloud_insecure: {
    problem: '{server} would be reached without encryption.',
    wayOut: 'Use an address that begins with https://; plain http:// works only for a cloud on this computer.',
  },
  cloud_certificate: {
    problem: 'The certificate of {server} cannot be trusted.',
    wayOut: 'Check the address and the clock of this computer; a firewall may also look into the connection.',
  },
  client_too_old: { problem: 'This version of Tidemark is too old for the cloud.', wayOut: 'Install the newest version.' },
  revision_mismatch: {
    problem: 'The item was changed on another device in the meantime.',
    wayOut: 'Tidemark looks again and goes on by itself.',
  },
  name_taken: { problem: 'The cloud has another item of this name.', wayOut: 'Tidemark looks again and goes on by itself.' },
  id_taken: { problem: 'The cloud knows this item already.', wayOut: 'Tidemark looks again and goes on by itself.' },
  parent_missing: { problem: 'The folder that it belongs to is not in the cloud.', wayOut: 'Tidemark looks again and goes on by itself.' },
  would_cycle: { problem: 'A folder cannot be moved into itself.', wayOut: 'Tidemark looks again and goes on by itself.' },
  subtree_changed: {
    problem: 'Something in the folder was changed on another device, so it was not deleted.',
    wayOut: 'Tidemark looks again and goes on by itself.',
  },
  dependency_failed: { problem: 'The folder that it goes into could not be made.', wayOut: 'Tidemark looks again and goes on by itself.' },
  group_failed: {
    problem: 'One of several changes that belong together was refused, so none was made.',
    wayOut: 'Tidemark looks again and goes on by itself.',
  },
  kind_mismatch: {
    problem: 'There is a file in the cloud where a folder is meant, or a folder for a file.',
    wayOut: 'Tidemark looks again and goes on by itself.',
  },
  blocks_missing: { problem: 'Parts of the file have not arrived in the cloud.', wayOut: 'Tidemark sends them again by itself.' },
  hash_mismatch: { problem: 'What arrived in the cloud is not what was sent.', wayOut: 'Tidemark sends it again by itself.' },
  name_invalid: { problem: 'The cloud cannot hold an item of this name.', wayOut: 'Rename it: no more than 255 bytes, and no slash.' },
  cursor_gone: {
    problem: 'The list of changes in the cloud begins anew.',
    wayOut: 'Tidemark reads the whole list again by itself; nothing is deleted because of it.',
  },
  file_busy: { problem: '“{path}” is still being written.', wayOut: 'It syncs once it has been quiet for a moment.' },
  file_changed: { problem: '“{path}” changed while it was being read.', wayOut: 'Tidemark reads it again by itself.' },
  file_locked: { problem: 'Another program keeps “{path}” to itself.', wayOut: 'Close it there; Tidemark tries again by itself.' },
  file_vanished: {
    problem: '“{path}” disappeared while Tidemark was working on it.',
    wayOut: 'Tidemark looks again and goes on by itself.',
  },
  no_permission: {
    problem: 'Tidemark is not allowed to read or change “{path}”.',
    wayOut: 'Give this user the permission; Tidemark tries again at the next look.',
  },
  path_taken: { problem: 'Something else is at “{path}” now.', wayOut: 'Tidemark looks again and goes on by itself.' },
  path_not_plain: {
    problem: 'A link stands in the way to “{path}”, and Tidemark does not write through links.',
    wayOut: 'Replace the link by a real folder.',
  },
  name_not_utf8: { problem: 'The name of “{path}” is not valid text, so it cannot sync.', wayOut: 'Rename it.' },
  name_clash: {
    problem: '“{name}” and another item beside it have the same name but for case or accents.',
    wayOut: 'Rename one of them; both stay where they are until then.',
  },
  name_not_holdable: {
    problem: 'This computer cannot hold a name like “{name}”.',
    wayOut: 'Rename it on another device; it stays in the cloud until then.',
  },
  path_too_long: {
    problem: 'The path of “{path}” is too long for this computer.',
    wayOut: 'Shorten the names of its folders, or move it up.',
  },
  symlink_skipped: { problem: '“{path}” is a link, and links do not sync.', wayOut: 'Put the file itself there if it should sync.' },
  special_skipped: { problem: '“{path}” is not a file or a folder, so it does not sync.', wayOut: 'Nothing needs to be done.' },
  link_in_the_way: {
    problem: 'A link is in the place of “{path}” here; Tidemark neither replaces a link nor follows it.',
    wayOut: 'Remove or rename the link; until then both sides stay as they are.',
  },
  special_in_the_way: {
    problem: 'A device, socket or pipe is in the place of “{path}” here, and Tidemark leaves those alone.',
    wayOut: 'Remove or rename it; until then both sides stay as they are.',
  },
  rules_in_the_way: {
    problem: 'A link or device is in the place of the ignore rules “{path}” here, so those of the cloud cannot be read.',
    wayOut: 'Remove or rename it and they come; until then nothing that is new in their folder is sent or received.',
  },
  content_corrupt: {
    problem: 'What was downloaded is damaged, so it was not used.',
    wayOut: 'Tidemark gets it again by itself; the file here is untouched.',
  },
  file_too_large_here: {
    problem: 'The disk cannot hold a single file as large as “{path}”.',
    wayOut: 'Move the synced folder to a disk that can, or make the file smaller; Tidemark goes on by itself.',
  },
  disk_full: { problem: 'No room is left on the disk of “{path}”.', wayOut: 'Make room; Tidemark goes on by itself.' },
  disk_failed: {
    problem: 'The disk could not read or write “{path}”.',
    wayOut: 'Tidemark tries again by itself; if it lasts, have the disk checked.',
  },
  too_many_open_files: {
    problem: 'This computer allows no more open files.',
    wayOut: 'Close other programs; Tidemark tries again by itself.',
  },
  conflict_kept: {
    problem: 'Two devices changed the same file, and both versions were kept.',
    wayOut: 'Compare them and choose which to keep.',
  },
  conflict_limit: {
    problem: '“{name}” has too many kept versions already.',
    wayOut: 'Choose among them first; this file stays as it is here and in the cloud.',
  },
  not_settling: {
    problem: 'It keeps changing on both sides and does not come to rest.',
    wayOut: 'Tidemark waits a while and tries again; check whether another program changes it too.',
  },
  mass_delete: {
    problem: 'Many items are about to be deleted.',
    wayOut: 'Choose whether to keep or to delete them; nothing is deleted before.',
  },
  first_merge: {
    problem: 'This folder and the cloud both hold something already, and they differ.',
    wayOut: 'Look at what would happen, then merge both or cancel; nothing is sent or changed before.',
  },
  not_synced: { problem: 'Some items are not synced.', wayOut: 'The list of issues gives the reason for each.' },
  paused: { problem: 'Sync is paused.', wayOut: 'Resume it, or wait until the pause ends.' },
  name_never_syncs: {
    problem: 'What is called “{name}” never syncs: it is a lock, a temporary file or a file of the system itself.',
    wayOut: 'Nothing needs to be done. If it is a document of yours, give it another name.',
  },
  ignored_by_rule: { problem: 'The rule “{rule}” says that this does not sync.', wayOut: 'Change the ignore rules if it should.' },
  not_kept_here: {
    problem: 'This is in the cloud and not kept on this device.',
    wayOut: 'Choose “Keep on this device” for its folder, or run tidemark exclude remove, if it should be here.',
  },
  name_left_out: {
    problem: 'Something that is left out on this device, here or in the cloud, has the name “{name}”.',
    wayOut: 'Rename one of the two, change the rule, or keep the other one on this device; until then both stay as they are.',
  },
  rules_unreadable: {
    problem: 'The ignore rules in “{path}” cannot be read.',
    wayOut: 'Let this user read the file; until then the last known rules hold, or nothing syncs in its folder.',
  },
  rules_too_large: {
    problem: 'The ignore rules in “{path}” are too large: 1 MiB is the most.',
    wayOut: 'Shorten the file; until then the last known rules hold, or nothing syncs in its folder.',
  },
  rules_too_many: {
    problem: '“{path}” has too many ignore rules: {patterns} patterns, {wildcards} of them with wildcards, are the most.',
    wayOut: 'Shorten the file; until then nothing syncs in its folder, so that nothing is sent or deleted that it leaves out.',
  },
  ignore_pattern_bad: {
    problem: 'Line {line} of “{path}” can never match: “{pattern}”.',
    wayOut: 'Correct the pattern; the other lines of the file apply.',
  },
  folder_missing: {
    problem: 'The folder “{path}” is not there.',
    wayOut: 'Bring it back or connect its disk, or choose another folder; nothing is deleted meanwhile.',
  },
  folder_unreadable: {
    problem: 'Tidemark may not look into the folder “{path}”, or into its own folder .tidemark in it.',
    wayOut: 'Give this user the permission to read and open both, or check the disk; nothing is deleted meanwhile.',
  },
  folder_not_a_folder: { problem: '“{path}” is not a folder.', wayOut: 'Choose a folder.' },
  folder_not_writable: {
    problem: 'Tidemark cannot write in the folder “{path}”.',
    wayOut: 'Give this user the permission, or choose another folder.',
  },
  folder_above_not_kept: {
    problem: '“{path}” lies in “{above}”, which is not kept on this device.',
    wayOut: 'Keep “{above}” first; it can be kept without its other folders.',
  },
  folder_nested: { problem: '“{path}” lies inside a synced folder, or has one inside.', wayOut: 'Choose a folder apart from it.' },
  folder_in_use: { problem: 'Another Tidemark syncs the folder “{path}”.', wayOut: 'Stop that one, or choose another folder.' },
  folder_is_profile: { problem: '“{path}” holds Tidemark’s own data or is part of it.', wayOut: 'Choose a folder apart from the profile.' },
  folder_limit: {
    problem: 'This version syncs one folder, and there is one already.',
    wayOut: 'Remove the present folder first; its files stay.',
  },
  folder_not_in_cloud: {
    problem: 'The folder “{path}” is not in the cloud yet, so it can only be here.',
    wayOut: 'Wait until it is synced, then try again.',
  },
  folder_unknown: { problem: '“{path}” is not a folder that Tidemark knows.', wayOut: '`tidemark folder list` shows the folders.' },
  folder_replaced: {
    problem: 'What is at “{path}” now is not the folder that was set up.',
    wayOut: 'Bring the earlier folder back or connect its disk, or remove this one and add it anew; nothing is deleted meanwhile.',
  },
  marks_unreadable: {
    problem: '“{path}” says which folders never leave this machine, and cannot be read.',
    wayOut: 'Bring it back from a backup; or move it away and add the folder again: then all of it is sent but what you mark anew.',
  },
  folder_none: { problem: 'No folder is set up yet.', wayOut: 'Add the folder that should sync.' },
  profile_in_use: { problem: 'Another Tidemark uses the profile “{path}”.', wayOut: 'Stop that one, or use another profile.' },
  profile_not_writable: {
    problem: 'Tidemark cannot write in its profile “{path}”.',
    wayOut: 'Give this user the permission, or use another profile.',
  },
  database_broken: {
    problem: 'Tidemark’s record of what was synced is damaged; it is kept at “{path}”.',
    wayOut: 'Start again: a new record is made, and no file is deleted. Sign in and add the folder once more.',
  },
  database_newer: { problem: '“{path}” was written by a newer Tidemark; it was not touched.', wayOut: 'Install the newest version.' },
  key_ring_locked: {
    problem: 'The key ring of this computer is locked.',
    wayOut: 'Unlock it and try again, or use `--secret-store file` for a file that only you can read.',
  },
  key_ring_denied: {
    problem: 'The key ring of this computer refuses Tidemark.',
    wayOut: 'Allow it in the settings of the key ring, or use `--secret-store file` for a file that only you can read.',
  },
  key_ring_unavailable: {
    problem: 'The key ring of this computer cannot be used.',
    wayOut: 'Unlock it, or choose an owner-only file with `--secret-store file`.',
  },
  server_key_missing: {
    problem: 'The key that opens this cloud’s data is not at “{path}”.',
    wayOut: 'Bring the key file back; without it the data cannot be read.',
  },
  server_key_invalid: {
    problem: 'The key at “{path}” does not fit this cloud’s data.',
    wayOut: 'Use the key file that was made with the data.',
  },
  server_key_inside_data: {
    problem: 'The key “{path}” lies inside the data it protects.',
    wayOut: 'Keep it in another place with `--key-file`.',
  },
  providers_invalid: { problem: '{path} does not describe services that sign in: {problem}.', wayOut: 'Correct it and start again.' },
  providers_exposed: {
    problem: 'Other users of this machine can read {path}, which holds secrets.',
    wayOut: 'Make it readable for its owner alone (chmod 600), and change the secrets.',
  },
  provider_wrong_region: {
    problem: '{provider} does not sign in to the region {region}.',
    wayOut: 'Google, Apple and Facebook belong to international, WeChat to mainland; remove it from the file.',
  },
  public_url_missing: {
    problem: 'Browsers come back to an address of this cloud that is not known.',
    wayOut: 'Give it as publicUrl in the file of the services.',
  },
  data_in_use: { problem: 'Another cloud server uses “{path}”.', wayOut: 'Stop that one, or use another data folder.' },
  plans_invalid: {
    problem: 'The plans in “{path}” cannot be used[, {row}][, {field}]: {problem}.',
    wayOut: 'Correct the file; the plans that were in force stay in force.',
  },
  plan_unknown: { problem: 'This cloud offers no plan “{plan}”.', wayOut: 'It offers: {plans}.' },
  account_unknown: { problem: 'This cloud has no account “{account}”.', wayOut: 'Check the address for typos.' },
  data_missing: { problem: 'There is no data of a cloud in “{path}”.', wayOut: 'Name the folder that the cloud is served from.' },
  port_in_use: { problem: 'Port {port} is taken by another program.', wayOut: 'Choose another port, or 0 for any free one.' },
  host_not_loopback: {
    problem: '“{host}” can be reached from other computers, and the connection would not be encrypted.',
    wayOut: 'Give `--tls-cert` and `--tls-key`, or `--behind-proxy`, or use 127.0.0.1.',
  },
  node_too_old: {
    problem: 'This is Node {found}, and Tidemark needs {needed} or newer.',
    wayOut: 'Install a newer Node, or run Tidemark through npm.',
  },
  engine_not_running: { problem: 'Tidemark is not running on this profile.', wayOut: 'Start it with `tidemark start`, or open the app.' },
  engine_stopped: { problem: 'Tidemark stopped before it could answer.', wayOut: 'Try again.' },
  engine_other_version: {
    problem: 'The Tidemark that runs on this profile is of another version.',
    wayOut: 'Stop it with `tidemark stop` and try again.',
  },
  usage: { problem: 'The command was not understood: {detail}.', wayOut: '`tidemark --help` shows how to write it.' },
  not_available_yet: { problem: '{what} is not part of this version yet.', wayOut: '`tidemark --help` shows what this version can do.' },
  question_changed: {
    problem: 'The question “{id}” has changed since it was asked, so nothing was done.',
    wayOut: 'Look at what is asked now (`tidemark questions list`), then answer “{now}”.',
  },
  question_over: {
    problem: 'The question “{id}” is not asked any more: it was answered, or has settled itself.',
    wayOut: '`tidemark questions list` shows what waits for an answer.',
  },
  question_not_yet: {
    problem: 'Whether this folder and the cloud may be merged is not asked yet: both have to be looked at first.',
    wayOut: 'Look with `tidemark sync --dry-run`, or with `tidemark sync --wait`, then answer “{id}” if it is asked.',
  },
  last_copy: { problem: 'No other file has the content of “{path}”.', wayOut: 'It was kept.' },
  folder_has_no_versions: { problem: '“{path}” is a folder, and only files have versions.', wayOut: 'Name a file in it.' },
  unknown_item: { problem: 'There is no such item.', wayOut: 'Check the path or the id for typos.' },
  undo_done: { problem: 'It was undone already.', wayOut: 'The line of that undo can be undone in turn.' },
  undo_expired: {
    problem: 'It can be undone for {days} days, and those are over.',
    wayOut: 'The history of the file and the trash of the cloud may still have it.',
  },
  undo_impossible: { problem: 'This cannot be undone.', wayOut: 'Only changes of files and folders can be, and choices between versions.' },
  undo_changed: {
    problem: '“{path}” was changed again since, and that is kept.',
    wayOut: 'Undo the later change first, or restore one of its earlier versions.',
  },
  undo_item_gone: {
    problem: '“{path}” is not on this device any more.',
    wayOut: 'Undo what moved or deleted it first, or look into the trash of the cloud.',
  },
  undo_trash_gone: {
    problem: 'What would be brought back is not in the trash any more.',
    wayOut: 'Look into the trash of the cloud, or restore an earlier version of the file.',
  },
  undo_place_taken: { problem: 'Something else is at “{path}” now.', wayOut: 'Move or rename that, then undo again.' },
  undo_left_out: {
    problem: 'It was at “{path}” before, and nothing at that place syncs on this device: the others would lose it.',
    wayOut: 'Change the ignore rule or the folder that is not synced here, then undo again; or move it there by hand.',
  },
  undo_unsettled: { problem: '“{path}” is still being synced.', wayOut: 'Wait until it is done, then undo it.' },
  timed_out: {
    problem: 'It was not done within the time given.',
    wayOut: 'Allow more time, or look at the status; work that has begun goes on.',
  },
  aborted: { problem: 'It was stopped before it was done.', wayOut: 'Start it again when you like.' },
  internal: { problem: 'Something in Tidemark went wrong that should not.', wayOut: 'Try again; if it happens again, the log says more.' },
};
