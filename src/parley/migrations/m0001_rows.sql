-- The community's one row: without rules of its own it goes by those that come with Parley.
insert into community (id, changed_at) values (1, now());

insert into topic (slug, name, position) values
  ('ai-and-society', 'AI and society', 1),
  ('research', 'Research', 2),
  ('work', 'Work', 3),
  ('policy', 'Policy', 4),
  ('craft', 'Craft', 5);

insert into guideline (code, title, text, illegal, severity, position) values
  ('civility', 'Argue with the case, not with the person',
   'No insults, no threats, no guessing at motives.', false, 1, 1),
  ('hate', 'Nobody is attacked for what they are', 'Origin, belief, body, gender, whom one loves.', false, 3, 2),
  ('privacy', 'Other people''s private lives stay private',
   'No addresses, no private mail, no unmasking.', false, 3, 3),
  ('spam', 'No advertising', 'Nothing posted to sell, to be ranked, or many times over.', false, 1, 4),
  ('topic', 'Stay with the article', 'A thread is about its article and what follows from it.', false, 0.5, 5),
  ('honesty', 'Say what you are', 'No second accounts, no undeclared machine text, no made-up sources.', false, 1, 6),
  ('illegal', 'Nothing against the law',
   'Content that is illegal where this community is at home.', true, 5, 7);
