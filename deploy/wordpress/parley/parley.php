<?php
/**
 * Plugin Name: Parley
 * Description: Shows discussions of Parley on your posts in place of comments, and signs your readers in there.
 * Version: 1.0.0
 * Requires PHP: 7.4
 * License: MIT
 */

defined('ABSPATH') || exit;

const PARLEY_FIELDS = ['parley_forum' => 'Address of the forum, such as https://forum.example', 'parley_key' => 'Key of this site'];

function parley_forum() {
    return untrailingslashit(get_option('parley_forum', ''));
}

function parley_script($attributes) {
    $given = ['src' => parley_forum() . '/embed/v1.js', 'data-site' => get_option('parley_key', '')] + $attributes;
    $written = '';
    foreach ($given as $name => $value) {
        $written .= sprintf(' %s="%s"', $name, esc_attr($value));
    }
    return "<script async$written></script>";
}

function parley_discussion() {
    $address = parley_forum() . '/at?url=' . rawurlencode(get_permalink());
    return sprintf('<p><a data-parley href="%s">%s</a></p>', esc_url($address), esc_html__('Discuss this article', 'parley'))
        . parley_script(['data-article' => '.entry-content, .wp-block-post-content']);
}

// In place of comments: in classic themes a template, in block themes a block.
add_filter('comments_template', fn($file) => parley_forum() ? __DIR__ . '/discussion.php' : $file);
add_filter('render_block_core/comments', fn($html) => parley_forum() ? parley_discussion() : $html);

// Wherever a theme shows the number of comments.
add_filter('comments_number', fn($text) => parley_forum() ? sprintf('<parley-count href="%s"></parley-count>', esc_url(get_permalink())) : $text);
add_action('wp_footer', function () {
    if (parley_forum() && !is_singular()) {
        echo parley_script(['data-only' => 'counts']);
    }
});

// Sign-in (DiscourseConnect): Parley leads a reader here, and this site leads them back with who they are.
function parley_secret() {
    if (!get_option('parley_secret')) {
        add_option('parley_secret', wp_generate_password(40, false), '', false);
    }
    return get_option('parley_secret');
}

function parley_sign_in() {
    $sso = isset($_GET['sso']) ? (string) wp_unslash($_GET['sso']) : '';
    $sig = isset($_GET['sig']) ? (string) wp_unslash($_GET['sig']) : '';
    if (!hash_equals(hash_hmac('sha256', $sso, parley_secret()), $sig)) {
        wp_die('This sign-in does not come from the forum.', 403);
    }
    wp_parse_str((string) base64_decode($sso, true), $asked);
    $back = (string) ($asked['return_sso_url'] ?? '');
    if (strpos($back, parley_forum() . '/') !== 0) {
        wp_die('This sign-in leads to another site.', 403);
    }
    $reader = wp_get_current_user();
    $payload = base64_encode(http_build_query([
        'nonce' => $asked['nonce'] ?? '', 'external_id' => $reader->ID, 'email' => $reader->user_email,
        // WordPress does not always confirm addresses, so Parley does.
        'username' => $reader->display_name, 'require_activation' => 'true',
    ]));
    $signed = http_build_query(['sso' => $payload, 'sig' => hash_hmac('sha256', $payload, parley_secret())]);
    wp_redirect($back . (strpos($back, '?') === false ? '?' : '&') . $signed);
    exit;
}
add_action('admin_post_parley_sign_in', 'parley_sign_in');
add_action('admin_post_nopriv_parley_sign_in', 'auth_redirect');

add_action('admin_init', function () {
    foreach (array_keys(PARLEY_FIELDS) as $name) {
        register_setting('parley', $name, ['sanitize_callback' => $name === 'parley_forum' ? 'sanitize_url' : 'sanitize_key']);
    }
});
add_action('admin_menu', fn() => add_options_page('Parley', 'Parley', 'manage_options', 'parley', function () {
    echo '<div class="wrap"><h1>Parley</h1><form method="post" action="options.php">';
    settings_fields('parley');
    foreach (PARLEY_FIELDS as $name => $label) {
        printf('<p><label>%s<br><input class="regular-text" name="%s" value="%s"></label></p>', esc_html($label), $name, esc_attr(get_option($name, '')));
    }
    submit_button();
    $provider = ['name' => get_bloginfo('name'), 'address' => admin_url('admin-post.php?action=parley_sign_in'), 'secret' => parley_secret()];
    printf('</form><h2>Sign-in</h2><p>For the entry of this site in <code>PARLEY_PROVIDERS</code>. Keep it secret:</p><pre>%s</pre></div>', esc_html(wp_json_encode($provider, JSON_UNESCAPED_SLASHES)));
}));
