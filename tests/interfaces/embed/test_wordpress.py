"""The plug-in on Debian's WordPress, with a database and a web server of its own."""

import base64
import hashlib
import hmac
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.ports import free_port
from tests.programs import installed, is_listening, running
from tests.project.test_documents import ROOT

pytestmark = pytest.mark.slow

FORUM = "https://forum.example"
SOURCE = Path("/usr/share/wordpress")
CONFIG = """<?php
define('DB_NAME', 'test'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:%s');
define('WP_HOME', '%s'); define('WP_SITEURL', '%s'); define('WP_HTTP_BLOCK_EXTERNAL', true); $table_prefix = 'wp_';
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $one) {
    define($one . '_KEY', str_repeat($one, 9)); define($one . '_SALT', str_repeat($one, 9));
}
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """<?php
define('WP_INSTALLING', true);
require 'wp-load.php'; require 'wp-admin/includes/upgrade.php';
wp_install('News', 'ada', 'ada@example.org', true, '', 'correct horse battery');
update_option('parley_forum', 'https://forum.example'); update_option('parley_key', 'news');
activate_plugin('parley/parley.php');
switch_theme($argv[1]);
echo parley_secret();
"""


# As classic themes do it.
THEME = """<?php get_header(); while (have_posts()): the_post(); ?>
<article><div class="entry-content"><?php the_content(); ?></div><?php comments_number(); ?></article>
<?php if (is_singular()) comments_template(); endwhile; get_footer();"""


class WordPress:
    """A WordPress at `address`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address, self.secret = folder, address, ""

    def install(self, theme: str) -> None:
        (self.folder / "install.php").write_text(INSTALL)
        done = subprocess.run(
            ["/usr/bin/php", "install.php", theme], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.secret = done.stdout.strip()[-40:]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    mariadb, php = installed("mariadbd", "mariadb-server"), installed("php", "php-cli")
    if not (SOURCE / "index.php").exists():
        pytest.skip("Debian's wordpress and php-mysql are not installed")
    folder = tmp_path_factory.mktemp("wordpress")
    data, socket, port = folder / "data", folder / "db", free_port()
    who = [f"--user={'root' if os.geteuid() == 0 else os.environ.get('USER', '')}"]
    make = ["/usr/bin/mariadb-install-db", *who, f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run(make, check=True, capture_output=True)
    site = folder / "site"
    subprocess.run(["/bin/cp", "-rL", SOURCE, site], check=False, capture_output=True)
    (site / "wp-config.php").unlink(missing_ok=True)
    address = f"http://127.0.0.1:{port}"
    (site / "wp-config.php").write_text(CONFIG % (socket, address, address))
    subprocess.run(["/bin/cp", "-r", ROOT / "deploy/wordpress/parley", site / "wp-content/plugins/"], check=True)
    with ExitStack() as stack:
        server = [mariadb, "--no-defaults", *who, f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
        stack.enter_context(running(*server, log=folder / "db.log", until=socket.exists))
        subprocess.run(
            ["/usr/bin/mariadb", "--no-defaults", "-S", socket, "-uroot", "-e", "create database if not exists test"],
            check=True,
        )
        web = [php, "-S", f"127.0.0.1:{port}", "-t", str(site)]
        stack.enter_context(running(*web, log=folder / "web.log", until=lambda: is_listening(port)))
        theme = site / "wp-content/themes/plain"
        theme.mkdir(parents=True)
        (theme / "style.css").write_text("/* Theme Name: Plain */")
        (theme / "index.php").write_text(THEME)
        made = WordPress(site, address)
        made.install("plain")
        yield made


def test_a_post_shows_the_discussion_and_lists_show_numbers(site: WordPress) -> None:
    post = httpx.get(f"{site.address}/?p=1", follow_redirects=True).text
    assert f'src="{FORUM}/embed/v1.js" data-site="news" data-article=' in post
    assert f'href="{FORUM}/at?url=' in post and "<parley-count href=" in post
    assert "comment-form" not in post and 'class="entry-content' in post
    assert 'data-site="news" data-only="counts"' in httpx.get(site.address).text


def test_a_reader_signs_in_at_parley_with_an_account_here(site: WordPress) -> None:
    payload = base64.b64encode(
        urlencode({"nonce": "abc", "return_sso_url": f"{FORUM}/sso/news/back"}).encode()
    ).decode()

    def signed(text: str, secret: str) -> dict[str, str]:
        return {"sso": text, "sig": hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()}

    entry = f"{site.address}/wp-admin/admin-post.php"
    asked = {"action": "parley_sign_in", **signed(payload, site.secret)}
    with httpx.Client() as browser:
        to_login = browser.get(entry, params=asked)
        assert to_login.status_code == 302 and "wp-login.php?redirect_to=" in to_login.headers["location"]
        login = {"log": "ada", "pwd": "correct horse battery", "testcookie": "1"}
        browser.get(f"{site.address}/wp-login.php")
        browser.post(f"{site.address}/wp-login.php", data=login)
        back = browser.get(entry, params=asked)
        elsewhere = base64.b64encode(
            urlencode({"nonce": "a", "return_sso_url": f"{FORUM}.evil.example/"}).encode()
        ).decode()
        assert (
            browser.get(entry, params={"action": "parley_sign_in", **signed(elsewhere, site.secret)}).status_code == 403
        )
        assert browser.get(entry, params={"action": "parley_sign_in", **signed(payload, "wrong")}).status_code == 403
    answer = {name: value[0] for name, value in parse_qs(urlsplit(back.headers["location"]).query).items()}
    assert back.headers["location"].startswith(f"{FORUM}/sso/news/back?")
    assert answer == signed(answer["sso"], site.secret)
    fields = {name: value[0] for name, value in parse_qs(base64.b64decode(answer["sso"]).decode()).items()}
    assert fields == {
        "nonce": "abc", "external_id": "1", "email": "ada@example.org", "username": "ada", "require_activation": "true",
    }  # fmt: skip
