"""One Piccolo app for all features: migrations of several apps run app by app, not by date (piccolo#1253)."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from parley.accounts.tables import (
    AddressChange,
    Authenticator,
    Block,
    FactorRecovery,
    FormerName,
    Member,
    Passkey,
    RecoveryCode,
    Session,
    Token,
    UsedChallenge,
)
from parley.api.tables import ApiToken
from parley.appeals.tables import Appeal, SecondLook
from parley.articles.tables import (
    Article,
    ArticleImport,
    ImportPart,
    Media,
    MergedPassage,
    Passage,
    RemovedPassage,
    Revision,
    Source,
)
from parley.authors.tables import AuthorReply, Claim
from parley.automod.tables import Hit, Rule, RuleVersion, SpamTraining
from parley.backtests.tables import Backtest
from parley.comments.tables import (
    Comment,
    CommentSignature,
    CommentVersion,
    ImportedAddress,
    PassageCount,
    QuotedWords,
)
from parley.community.tables import Community, Guideline, GuidelineWording
from parley.core.db.tables import Event, JobFailure, Mail, MailAddress, MailBounce, MailDomain, RateBucket
from parley.decisions.tables import Decision
from parley.digests.tables import Issue, IssueItem, Pick, Subscription
from parley.embed.tables import CommentSite, EmbedCode, FirstComment, Site
from parley.exports.tables import Export, ExportPart
from parley.feeds.tables import HubPosition, LinkPicture
from parley.guidelines.tables import SavedReason
from parley.imported.tables import ImportedClaim
from parley.inbound_feeds.tables import FeedHost, FeedItem, FeedSubscription, InboundFeed
from parley.maps.tables import PerspectiveMap, StatementVerdict
from parley.modlog.tables import ModAction
from parley.modmembers.tables import Note
from parley.notifications.tables import Follow, Notification, NotificationPreference, QuietHours, TopicFollow
from parley.reports.tables import QueueItem, Report
from parley.rights.tables import RightsRequest
from parley.rings.tables import VoteRing
from parley.search.tables import SearchDocument, SearchWord
from parley.signups.tables import Invitation, SignUp
from parley.sso.tables import Identity, UsedState
from parley.statements.tables import MergedStatement, StatementProposal
from parley.threads.tables import SuggestedUpdate, Thread, ThreadStats, Topic, Visit
from parley.votes.tables import Vote
from parley.webhooks.tables import Webhook, WebhookDelivery
from parley.webmentions.tables import Webmention

TABLES = [
    Event, RateBucket, JobFailure, Mail, MailDomain, MailAddress, MailBounce,
    Member, Session, Token, Authenticator, RecoveryCode, Passkey, UsedChallenge, FactorRecovery, FormerName,
    AddressChange,
    Identity, UsedState, Invitation, SignUp,
    Community, Guideline, GuidelineWording, SavedReason, Block,
    Source, Article, Revision, Passage, MergedPassage, Media, RemovedPassage, ArticleImport, ImportPart,
    Topic, Thread, ThreadStats, Visit, SuggestedUpdate,
    Comment, CommentSignature, CommentVersion, ImportedAddress, PassageCount, QuotedWords, ImportedClaim,
    Vote, PerspectiveMap, StatementVerdict,
    StatementProposal, MergedStatement,
    QueueItem, Report, RightsRequest,
    Decision, Appeal, SecondLook, Note, VoteRing, ModAction, Rule, RuleVersion, Hit, SpamTraining, Backtest,
    Notification, Follow, TopicFollow, NotificationPreference, QuietHours,
    Subscription, Issue, IssueItem, Pick, Claim, AuthorReply, LinkPicture, HubPosition,
    SearchDocument, SearchWord,
    Site, EmbedCode, CommentSite, FirstComment,
    InboundFeed, FeedItem, FeedSubscription, FeedHost,
    Export, ExportPart,
    ApiToken, Webhook, WebhookDelivery, Webmention,
]  # fmt: skip

APP_CONFIG = AppConfig(
    app_name="parley",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=TABLES,
)
