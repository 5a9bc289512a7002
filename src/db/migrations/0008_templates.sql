-- Reply templates are one more kind of the region's items, with versions and files like the others.
alter table region_items drop constraint region_items_kind_check;
alter table region_items add constraint region_items_kind_check
  check (kind in ('settings', 'agency', 'topic_group', 'topic', 'municipality', 'routing_rule', 'priority_rules',
    'sla_policy', 'calendar', 'ladder', 'lexicon', 'template'));
