//! Words of the handler's desk.

use crate::office::texts::{codes, texts};

texts! {
    appeal: "Өтініш", "Обращение", "Appeal";
    back: "Кезекке", "К очереди", "To the queue";
    facts: "Не болды", "Что случилось", "What happened";
    words: "Адамның сөзі", "Слова заявителя", "In the person's words";
    hidden: "Сіздің рөліңізге көрсетілмейді.", "Вашей роли не показывается.", "Not shown to your role.";
    route: "Маршрут", "Маршрут", "Route";
    stop: "Аялдама", "Остановка", "Stop";
    when: "Қашан", "Когда", "When";
    about: "шамамен", "около", "about";
    vehicle: "Автобус", "Автобус", "Bus";
    waited: "Күткені", "Ждал", "Waited";
    minutes: "мин", "мин", "min";
    address: "Мекенжай", "Адрес", "Address";
    unknown: "белгісіз", "неизвестно", "not known";
    legal: "Заң бойынша түрі", "Вид по закону", "Kind by law";
    channel: "Арнасы", "Канал", "Channel";
    received: "Түсті", "Поступило", "Received";
    registered: "Тіркелген күні", "Дата регистрации", "Registered on";
    desk: "Бөлім", "Стол", "Desk";
    assignee: "Орындаушы", "Исполнитель", "Who works on it";
    nobody: "тағайындалмаған", "не назначен", "nobody yet";
    carrier: "Тасымалдаушы", "Перевозчик", "Carrier";
    case: "Жағдай", "Случай", "Case";
    danger: "Қауіп туралы хабар", "Сообщение об опасности", "A danger is reported";
    person: "Өтініш беруші", "Заявитель", "Applicant";
    anonymous: "Аты айтылмаған.", "Имя не названо.", "No name was given.";
    name: "Аты", "Имя", "Name";
    phone: "Телефон", "Телефон", "Telephone";
    email: "Э-пошта", "Эл. почта", "E-mail";
    postal: "Пошта мекенжайы", "Почтовый адрес", "Postal address";
    iin: "ЖСН", "ИИН", "IIN";
    reveal: "Толық көрсету", "Показать полностью", "Show in full";
    reveal_reason: "Не үшін керек (жазылып қалады)", "Зачем нужно (записывается)", "Why it is needed (it is logged)";
    revealed: "Толық көрсетілді, себебі журналға жазылды.", "Показано полностью, причина записана в журнал.", "Shown in full; the reason was logged.";
    clocks: "Мерзімдер", "Сроки", "Terms";
    basis: "Негізі", "Основание", "Basis";
    journal: "Журнал", "Журнал", "Journal";
    machine: "жүйе", "система", "the register";
    similar: "Ұқсас өтініштер", "Похожие обращения", "Similar appeals";
    no_similar: "28 күнде ұқсас өтініш жоқ.", "За 28 дней похожих нет.", "None alike within 28 days.";
    no_evidence: "Дәлел әлі жоқ: жазба күтілуде немесе орын мен уақыт айтылмаған.", "Доказательств ещё нет: ждём записи или не названы место и время.", "No evidence yet: the record is awaited, or place and time are not given.";
    machine_found: "Жазба бойынша", "По записям", "The record says";
    signed: "Қол қойылды", "Подписано", "Signed";
    answer: "Жауап", "Ответ", "Answer";
    version: "нұсқа", "версия", "version";
    approved: "мақұлданған", "одобрен", "approved";
    not_approved: "мақұлданбаған", "не одобрен", "not approved";
    sent: "жіберілді", "отправлен", "sent";
    actions: "Әрекеттер", "Действия", "Actions";
    no_actions: "Қазір сіз жасай алатын әрекет жоқ.", "Сейчас действий для вас нет.", "There is nothing for you to do now.";
    missing: "Алдымен:", "Сначала:", "First:";
    reason: "Себебі", "Причина", "Reason";
    note: "Ескерту", "Заметка", "Note";
    question: "Сұрақ", "Вопрос", "Question";
    reply: "Жауап мәтіні", "Текст ответа", "Reply";
    to_whom: "Кімге", "Кому", "To whom";
    until: "Қай күнге дейін", "До какого дня", "Until which day";
    latest: "ең кеш", "не позднее", "at the latest";
    ground: "Негіз", "Основание", "Ground";
    language: "Тілі", "Язык", "Language";
    body: "Жауап мәтіні", "Текст ответа", "Text of the answer";
    legal_basis: "Құқықтық негіз", "Правовое основание", "Basis in law";
    right_of_appeal: "Шағымдану тәртібі", "Порядок обжалования", "How to appeal against it";
    draft_from: "Дәлелден жоба:", "Проект из доказательств:", "Draft from the evidence:";
    finding: "Қорытынды", "Вывод", "Finding";
    override_reason: "Жазбадан басқаша болса – себебі", "Если иначе, чем в записях, – почему", "If other than the record: why";
    by: "Қалай жіберу", "Как отправить", "Send by";
    changed: "Сіз жазып жатқанда өтініш өзгерді. Жазғаныңыз сақталды: не өзгергенін оқып, қайта жіберіңіз.", "Пока вы писали, обращение изменилось. Написанное сохранено: прочтите, что изменилось, и отправьте снова.", "The appeal changed while you wrote. What you wrote is kept: read what changed, and send again.";
    failed: "Орындалмады:", "Не выполнено:", "Not done:";
    done: "Орындалды:", "Выполнено:", "Done:";
    subject: "Қосымша мәселе", "Дополнительный вопрос", "Further topic";
    case_number: "Жағдай нөмірі (бос болса – шығару)", "Номер случая (пусто – исключить)", "Number of the case (empty: take out)";
    to_map: "Картада", "На карте", "On the map";
    files: "Қоса берілгендер", "Приложения", "Files";
    file: "Файл", "Файл", "File";
    files_covered: "Жабық: көру үшін «Өтініш беруші» бөлімінде себебін жазыңыз.", "Закрыты: чтобы открыть, укажите причину в разделе о заявителе.", "Covered: give a reason in the section about the applicant to open them.";
    kind: "Түрі", "Вид", "Kind";
    exactly: "дәл", "точно", "exact";
    how_exact: "Уақыт", "Точность времени", "How exact the time is";
    waited_min: "Күткені, мин", "Ждали, мин", "Waited, min";
    to_map_then: "Сол уақыттағы карта", "Карта в то время", "The map at that time";
    submit_keys: "Ctrl+Enter жібереді", "Ctrl+Enter отправляет", "Ctrl+Enter sends";
}

codes! { command_name:
    "begin" => "Жұмысқа алу", "Взять в работу", "Take it";
    "triage" => "Басқа бөлімге беру", "Передать другому столу", "Hand to another desk";
    "ask_applicant" => "Өтініш берушіден сұрау", "Спросить заявителя", "Ask the applicant";
    "add_info" => "Өтініш берушінің сөзін қосу", "Добавить слова заявителя", "Add what the applicant says";
    "ask_carrier" => "Тасымалдаушыдан сұрау", "Запросить перевозчика", "Ask the carrier";
    "carrier_reply" => "Тасымалдаушы атынан жауап беру", "Ответить от перевозчика", "Reply for the carrier";
    "draft_answer" => "Жауап жазу", "Написать ответ", "Write the answer";
    "submit_answer" => "Мақұлдауға жіберу", "Отправить на одобрение", "Submit for approval";
    "recall_answer" => "Мақұлдаудан қайтарып алу", "Отозвать с одобрения", "Take back from approval";
    "return_answer" => "Түзетуге қайтару", "Вернуть на доработку", "Return for another version";
    "approve_answer" => "Жауапты мақұлдау", "Одобрить ответ", "Approve the answer";
    "send_answer" => "Жауапты жіберу", "Отправить ответ", "Send the answer";
    "redirect" => "Құзырлы органға жолдау", "Передать по компетенции", "Pass to the competent body";
    "propose_extension" => "Мерзімді ұзартуды ұсыну", "Предложить продление срока", "Propose a longer term";
    "extend" => "Мерзімді ұзарту", "Продлить срок", "Extend the term";
    "extension_noticed" => "Ұзарту туралы хабарланды", "О продлении сообщено", "The applicant was told of the extension";
    "not_consider" => "Қараусыз қалдыру", "Оставить без рассмотрения", "Leave without consideration";
    "return" => "Қайтару", "Возвратить", "Give back";
    "withdraw" => "Өтініш беруші қайтарып алды", "Заявитель отозвал", "The applicant takes it back";
    "acknowledge_safety" => "Қауіп көрілді", "Опасность увидена", "The danger is seen";
    "cctv_held" => "Бейнежазба сақталды", "Видеозапись сохранена", "The pictures are kept";
    "change_claim" => "Мәліметтерді түзету", "Исправить сведения", "Put the facts right";
    "join_case" => "Жағдайға қосу немесе шығару", "Присоединить к случаю или исключить", "Join to a case, or take out";
    "track_measure" => "Шараны бақылауға алу", "Взять меру на контроль", "Watch the measure";
    "note" => "Ескерту жазу", "Записать заметку", "Write a note";
    "sign_verdict" => "Қорытындыға қол қою", "Подписать вывод", "Sign the finding";
    "settle_subject" => "Қосымша мәселені шешу", "Решить дополнительный вопрос", "Settle a further topic";
    "reveal" => "Толық көрсету", "Показать полностью", "Show in full";
    "tell" => "Өтініш берушіге хабарлау", "Сообщить заявителю", "Tell the applicant";
}

codes! { event_name:
    "registered" => "Тіркелді", "Зарегистрировано", "Registered";
    "moved" => "Күйі", "Статус", "Status";
    "assigned" => "Бөлім мен орындаушы", "Стол и исполнитель", "Desk and person";
    "carrier_asked" => "Тасымалдаушыдан сұралды", "Запрошен перевозчик", "Carrier asked";
    "carrier_replied" => "Тасымалдаушы жауап берді", "Перевозчик ответил", "Carrier replied";
    "applicant_asked" => "Өтініш берушіден сұралды", "Спрошен заявитель", "Applicant asked";
    "info_added" => "Өтініш беруші қосты", "Заявитель дополнил", "Applicant added";
    "redirected" => "Құзыретіне қарай жолданды", "Передано по компетенции", "Passed on";
    "not_considered" => "Қараусыз қалдырылды", "Оставлено без рассмотрения", "Left without consideration";
    "returned" => "Қайтарылды", "Возвращено", "Given back";
    "answer_drafted" => "Жауап жобасы", "Проект ответа", "Answer drafted";
    "answer_returned" => "Жауап түзетуге қайтарылды", "Ответ возвращён", "Answer returned";
    "answer_recalled" => "Жауап мақұлдаудан алынды", "Ответ отозван с одобрения", "Answer taken back";
    "answer_approved" => "Жауап мақұлданды", "Ответ одобрен", "Answer approved";
    "answer_sent" => "Жауап жіберілді", "Ответ отправлен", "Answer sent";
    "extension_proposed" => "Ұзарту ұсынылды", "Предложено продление", "Extension proposed";
    "extended" => "Мерзім ұзартылды", "Срок продлён", "Term extended";
    "evidence_attached" => "Дәлел тіркелді", "Приложены доказательства", "Evidence attached";
    "verdict_signed" => "Қорытындыға қол қойылды", "Вывод подписан", "Finding signed";
    "claim_changed" => "Мәліметтер түзетілді", "Сведения исправлены", "Facts corrected";
    "subject_settled" => "Қосымша мәселе шешілді", "Вопрос решён", "Topic settled";
    "case_joined" => "Жағдайға қосылды", "Присоединено к случаю", "Joined a case";
    "case_left" => "Жағдайдан шығарылды", "Исключено из случая", "Taken out of its case";
    "measure_tracked" => "Шара бақылауда", "Мера на контроле", "Measure watched";
    "told" => "Өтініш берушіге хабарланды", "Заявителю сообщено", "Applicant told";
    "repeat_due" => "Даулы: қайта өтініш", "Оспорено: повторное обращение", "Disputed: a new appeal";
    "published" => "Жариялылығы", "Публикация", "Publicity";
    "noted" => "Ескерту", "Заметка", "Note";
}

codes! { finding_name:
    "confirmed" => "Расталды", "Подтвердилось", "Confirmed";
    "partly_confirmed" => "Ішінара расталды", "Подтвердилось частично", "Partly confirmed";
    "not_confirmed" => "Расталмады", "Не подтвердилось", "Not confirmed";
    "contradicted" => "Жазба керісінше айтады", "Записи говорят обратное", "The record shows the opposite";
    "undetermined_no_data" => "Анықталмады: дерек жоқ", "Не установлено: нет данных", "Undetermined: no data";
    "undetermined_not_measurable" => "Анықталмады: өлшенбейді", "Не установлено: не измеряется", "Undetermined: not measurable";
}

codes! { ground_name:
    "anonymous" => "Аты-жөнсіз", "Анонимное", "Without a name";
    "no_substance" => "Мәні жоқ", "Нет существа", "It says nothing";
    "answered_before" => "Бұрын жауап берілген", "Ответ давался ранее", "Answered before";
    "in_court" => "Сотта қаралуда", "На рассмотрении суда", "A court has it";
    "no_authority" => "Өкілеттігі жоқ", "Нет полномочий", "Signed without authority";
}

codes! { way_name:
    "cabinet" => "Өтініш бетінде", "На странице обращения", "On the appeal's page";
    "sms" => "SMS", "SMS", "SMS";
    "call" => "Қоңырау", "Звонок", "A call";
    "whatsapp" => "WhatsApp", "WhatsApp", "WhatsApp";
    "telegram" => "Telegram", "Telegram", "Telegram";
    "email" => "Э-пошта", "Эл. почта", "E-mail";
    "paper" => "Қағаз хат", "Письмо", "A letter";
}

codes! { clock_name:
    "register" => "Тіркеу", "Регистрация", "Registration";
    "review" => "Қарау", "Рассмотрение", "Review";
    "service_norm" => "Қызмет нормасы", "Норма службы", "House norm";
    "extended_review" => "Ұзартылған қарау", "Продлённое рассмотрение", "Extended review";
    "redirect_decision" => "Жолдау туралы шешім", "Решение о передаче", "Decision to pass on";
    "extension_notice" => "Ұзарту туралы хабар", "Сообщение о продлении", "Notice of extension";
    "safety_ack" => "Диспетчер көруі", "Диспетчер увидел", "Dispatcher sees it";
    "cctv_hold" => "Бейнежазбаны сақтау", "Сохранение видео", "Pictures kept";
    "first_touch" => "Алғашқы әрекет", "Первое действие", "First touch";
    "carrier_reply" => "Тасымалдаушы жауабы", "Ответ перевозчика", "Carrier's reply";
    "applicant_confirm" => "Өтініш беруші растауы", "Подтверждение заявителя", "Applicant's word";
}

codes! { legal_name:
    "statement" => "Өтініш", "Заявление", "Application";
    "complaint" => "Шағым", "Жалоба", "Complaint";
    "message" => "Хабарлама", "Сообщение", "Report";
    "proposal" => "Ұсыныс", "Предложение", "Proposal";
    "response" => "Үн қосу", "Отклик", "Comment";
    "request" => "Сұрау салу", "Запрос", "Inquiry";
    "information_request" => "Ақпаратқа сұрау салу", "Запрос информации", "Request for information";
}

codes! { refusal_name:
    "not_permitted" => "рөліңіз рұқсат бермейді", "ваша роль этого не позволяет", "your role may not do this";
    "only_propose" => "тек ұсына аласыз", "вы можете только предложить", "you may only propose it";
    "not_own" => "тек өзіңіздікіне", "только со своим", "only on your own";
    "invalid_transition" => "бұл күйден болмайды", "из этого статуса нельзя", "not from this status";
    "reason_missing" => "себебін жазыңыз", "напишите причину", "write the reason";
    "answer_missing" => "жауап жазылмаған", "ответ не написан", "the answer is not written";
    "answer_language" => "жауап өтініш тілінде немесе қазақша болуы керек", "ответ должен быть на языке обращения или на казахском", "the answer must be in the appeal's language or in Kazakh";
    "legal_basis_missing" => "құқықтық негізді жазыңыз", "укажите правовое основание", "name the basis in law";
    "right_of_appeal_missing" => "шағымдану тәртібін жазыңыз", "укажите порядок обжалования", "say how to appeal against it";
    "verdict_unsigned" => "қорытындыға қол қойыңыз", "подпишите вывод", "sign the finding";
    "verdict_superseded" => "жаңа дәлел бар: соған қол қойыңыз", "есть новые доказательства: подпишите их", "newer evidence lies there: sign it";
    "approval_missing" => "басқа адам мақұлдауы керек", "нужно одобрение другого человека", "another person must approve";
    "own_answer" => "өз жауабыңызды мақұлдай алмайсыз", "свой ответ одобрить нельзя", "nobody approves an answer of their own";
    "subject_open" => "қосымша мәселе шешілмеген", "не решён дополнительный вопрос", "a further topic is not settled";
    "redirect_too_late" => "жолдау мерзімі өтті: басшы шешеді", "срок передачи прошёл: решает руководитель", "the term for passing on is over: a supervisor decides";
    "not_redirectable" => "бұл түр жолданбайды", "этот вид не передаётся", "this kind is not passed on";
    "not_extendable" => "бұл түр ұзартылмайды", "этот вид не продлевается", "this kind is not extended";
    "extended_before" => "бұрын ұзартылған", "уже продлевалось", "extended before";
    "extend_too_late" => "мерзім өтіп кетті", "срок уже прошёл", "the term has ended";
    "extension_out_of_bounds" => "күн рұқсат етілген шектен тыс", "день вне допустимых пределов", "the day is out of bounds";
    "override_reason_missing" => "жазбадан басқаша болса, себебін жазыңыз", "объясните, почему иначе, чем в записях", "say why it differs from the record";
    "other_evidence" => "бұл ең жаңа дәлел емес", "это не новейшие доказательства", "this is not the newest evidence";
    "safety" => "қауіп туралы хабар қараусыз қалмайды", "сообщение об опасности без рассмотрения не оставляют", "a danger is not left without consideration";
    "nothing_to_do" => "мұндай ештеңе жоқ", "не с чем это сделать", "there is none to do this with";
    "version" => "басқа біреу өзгертті", "кто-то изменил раньше", "somebody was quicker";
    "joined_before" => "өтініш басқа жағдайда", "обращение уже в случае", "the appeal is of a case already";
    "figure_missing" => "шараға сан керек", "мере нужна цифра", "the measure needs a figure";
    "days_out_of_order" => "күндердің реті дұрыс емес", "даты не по порядку", "the days are out of order";
    "effect_missing" => "алдымен әсерін есептеңіз", "сначала посчитайте эффект", "study the effect first";
    "date" => "күнді ЖЖЖЖ-АА-КК түрінде жазыңыз", "дату пишите как ГГГГ-ММ-ДД", "write the day as YYYY-MM-DD";
    "field" => "бір өріс дұрыс толтырылмаған", "одно из полей заполнено неверно", "a field is not filled in right";
    "too_short" => "толығырақ жазыңыз", "напишите подробнее", "say more";
    "too_few_days" => "өлшенген күн тым аз", "измеренных дней слишком мало", "too few days could be measured";
    "place_missing" => "орны көрсетілмеген", "не указано место", "no place is named";
    "unknown_route" => "мұндай маршрут жоқ", "такого маршрута нет", "there is no such route";
    "unknown_stop" => "мұндай аялдама жоқ: тізімнен таңдаңыз", "такой остановки нет: выберите из списка", "there is no such stop: choose from the list";
    "unknown_case" => "мұндай жағдай жоқ", "такого случая нет", "there is no such case";
}
