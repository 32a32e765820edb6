-- The community's one row: without rules of its own it goes by those that come with Parley.
insert into community (id, changed_at) values (1, now());

insert into topic (slug, name, position) values
  ('ai-and-society', 'AI and society', 1),
  ('research', 'Research', 2),
  ('work', 'Work', 3),
  ('policy', 'Policy', 4),
  ('craft', 'Craft', 5);

insert into guideline (code, title, text, illegal, severity, position, category) values
  ('civility', 'Argue with the case, not with the person',
   'No insults, no threats, no guessing at motives.', false, 1, 1, 'OTHER_VIOLATION_TC'),
  ('hate', 'Nobody is attacked for what they are', 'Origin, belief, body, gender, whom one loves.', false, 3, 2, 'ILLEGAL_OR_HARMFUL_SPEECH'),
  ('privacy', 'Other people''s private lives stay private',
   'No addresses, no private mail, no unmasking.', false, 3, 3, 'DATA_PROTECTION_AND_PRIVACY_VIOLATIONS'),
  ('spam', 'No advertising', 'Nothing posted to sell, to be ranked, or many times over.', false, 1, 4, 'OTHER_VIOLATION_TC'),
  ('topic', 'Stay with the article', 'A thread is about its article and what follows from it.', false, 0.5, 5, 'OTHER_VIOLATION_TC'),
  ('honesty', 'Say what you are', 'No second accounts, no undeclared machine text, no made-up sources.', false, 1, 6, 'OTHER_VIOLATION_TC'),
  ('illegal', 'Stay within the law',
   'Content that is illegal where this community is at home.', true, 5, 7, '');
