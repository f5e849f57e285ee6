import { mailboxOf } from '../../domain/mailAddress';

test.each([
  ['Li.Wei@Example.com', 'li.wei@example.com'],
  ['li.wei+news@example.com', 'li.wei@example.com'],
  ['LiWei+a+b@example.com', 'liwei@example.com'],
  ['l.i.wei@gmail.com', 'liwei@gmail.com'],
  ['liwei+x@GoogleMail.com', 'liwei@gmail.com'],
  ['+@example.com', '+@example.com'],
])('mails to %s reach the mailbox %s', (address, mailbox) => {
  expect(mailboxOf(address)).toBe(mailbox);
});
