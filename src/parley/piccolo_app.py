"""One Piccolo app for all features: migrations of several apps run app by app, not by date (models.md pitfall 8)."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from parley.accounts.tables import Block, Member, Session, Token
from parley.articles.tables import Article, ArticleImport, Media, Merged, Passage, Revision, Source
from parley.comments.tables import Comment, CommentVersion, PassageCount
from parley.community.tables import Community
from parley.core.tables import Event, JobFailure, Mail, MailAddress, MailBounce, MailDomain, RateBucket
from parley.digests.tables import Issue, IssueItem, Pick, Subscription
from parley.moderation.engine.tables import Backtest
from parley.moderation.tables import (
    Appeal,
    Audit,
    Decision,
    Guideline,
    Hit,
    Item,
    ModAction,
    Note,
    Report,
    Rule,
    RuleVersion,
)
from parley.notices.tables import Follow, Notice, Preference, QuietHours, TopicFollow
from parley.threads.tables import Standing, SuggestedUpdate, Thread, Topic, Visit
from parley.votes.tables import Vote

TABLES = [
    Event, RateBucket, JobFailure, Mail, MailDomain, MailAddress, MailBounce,
    Member, Session, Token, Community, Block,
    Source, Article, Revision, Passage, Merged, Media, ArticleImport,
    Topic, Thread, Standing, Visit, SuggestedUpdate,
    Comment, CommentVersion, PassageCount,
    Vote,
    Guideline, Item, Report, Decision, Appeal, Audit, Note, ModAction, Rule, RuleVersion, Hit, Backtest,
    Notice, Follow, TopicFollow, Preference, QuietHours,
    Subscription, Issue, IssueItem, Pick,
]  # fmt: skip

APP_CONFIG = AppConfig(
    app_name="parley",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=TABLES,
)
