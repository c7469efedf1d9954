//! Files that come to an appeal after it was filed.

use super::{Attachment, Register, ServiceError};
use appeals::appeal::{Actor, Command, Refusal};
use appeals::ids::AppealId;
use appeals::words::Language;

impl Register {
    /// Adds files to an appeal, with an entry in its journal, in one write. More than an appeal may have are
    /// refused, and so are files to an appeal that takes nothing more.
    pub async fn attach(
        &self,
        id: AppealId,
        files: &[Attachment],
        actor: &Actor,
    ) -> Result<(), ServiceError> {
        // First the version, then the count: who adds meanwhile is noticed.
        let appeal = self.load(id).await?.appeal;
        if self.too_much(id, files).await?.is_some() {
            return Err(ServiceError::Refused(Refusal::NothingToDo));
        }
        let words = match appeal.language {
            Language::Kk => "Қосымша фото",
            Language::Ru => "Добавлено фото",
            Language::En => "Photos added",
        };
        let mut rows = Vec::new();
        for file in files {
            rows.extend(self.attachment_rows(id, file)?);
        }
        let add = Command::AddInfo { text: format!("{words}: {}", files.len()) };
        self.work_beside(id, appeal.version, &add, actor, rows).await?;
        Ok(())
    }
}
