import type { User } from '#lib/access';
import { array, map, object, string } from '#lib/kube-api';

export const userInfo = object('io.k8s.api.authentication.v1.UserInfo', 'Who somebody is.', {
  username: string('Name of the user.'),
  uid: string('Stays the same when the name changes hands.'),
  groups: array('Groups that the user belongs to.', string('Name of one group.')),
  extra: map('What else authentication found out.', array('Values of one key.', string('One value.'))),
});

/** Somebody in the form of {@link userInfo}. */
export const userInfoOf = ({ name: username, uid, groups, extra }: User): object => ({
  username,
  ...(uid === '' ? {} : { uid }),
  groups,
  ...(Object.keys(extra).length === 0 ? {} : { extra }),
});
