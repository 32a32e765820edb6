<?php
// The template that stands in place of comments.
defined('ABSPATH') || exit;
echo parley_discussion();
