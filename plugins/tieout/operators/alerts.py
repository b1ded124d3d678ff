"""Who hears of what. A technical failure goes to engineers, a business failure to those who own the money."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseNotifier, Context

from tieout import settings


class TechnicalFailure(BaseNotifier):
    """A task failed for good: log it and mail the engineers (``TIEOUT_MAIL_TECHNICAL``)."""

    template_fields: Sequence[str] = ()

    def __init__(self, runbook: str) -> None:
        super().__init__()
        self.runbook = runbook

    def notify(self, context: Context) -> None:
        """Say which task failed, why, and where to read what to do."""
        instance = context["task_instance"]
        subject = f"Tieout: {instance.dag_id}.{instance.task_id} failed"
        body = f"{context.get('exception')}\nRun: {instance.run_id}\nRunbook: docs/runbooks/{self.runbook}.md"
        self.log.error("%s: %s", subject, body)
        send_mail("technical", subject, body, context)


class BusinessFindings(BaseNotifier):
    """A transformation opened holds: log them and mail finance (``TIEOUT_MAIL_BUSINESS``), one digest per run."""

    template_fields: Sequence[str] = ()

    def notify(self, context: Context) -> None:
        """Say how many holds were opened, for whom, with how much money at risk."""
        digest = context["task_instance"].xcom_pull(task_ids=context["task_instance"].task_id, key="opened_holds")
        if not digest:
            return
        body = "\n".join(f"{row['owner_role']}: {row['code']} {row['holds']} × {row['at_risk']}" for row in digest)
        self.log.warning("Holds opened by this run:\n%s", body)
        send_mail("business", "Tieout: holds opened", body, context)


def send_mail(audience: str, subject: str, body: str, context: Context) -> None:
    """Mail an audience through the connection ``smtp_default``; nobody is mailed where no address is set."""
    addresses = settings.mail_to(audience)
    if not addresses:
        return
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    notifier: Any = SmtpNotifier(to=addresses, subject=subject, html_content=f"<pre>{body}</pre>")
    notifier(context)
