//! Words of cases, measures and effects.

use crate::office::texts::{codes, texts};

texts! {
    title: "Жағдайлар", "Случаи", "Cases";
    case: "Жағдай", "Случай", "Case";
    back: "Жағдайларға", "К случаям", "To the cases";
    proposed: "Заңдылық ұсынған", "Предложено по закономерности", "Proposed by pattern";
    no_proposals: "Жаңа ұсыныс жоқ.", "Новых предложений нет.", "Nothing is proposed.";
    no_cases: "Жағдай әлі ашылмаған.", "Случаев ещё нет.", "There are no cases yet.";
    joins: "Басқаларға қосылғандар", "Присоединились к другим", "Joined others";
    join_now: "Жағдайға қосу", "Добавить в случай", "Take into the case";
    appeals: "Өтініштер", "Обращения", "Appeals";
    people: "адам", "человек", "people";
    confirm: "Жағдай ашу", "Открыть случай", "Open a case";
    reject: "Бұл жағдай емес", "Это не случай", "This is no case";
    case_title: "Атауы", "Название", "Title";
    reason: "Себебі", "Причина", "Reason";
    number: "Нөмірі", "Номер", "Number";
    route: "Маршрут", "Маршрут", "Route";
    stops: "Аялдамалар", "Остановки", "Stops";
    hours: "Сағаттар", "Часы", "Hours";
    status: "Күйі", "Статус", "Status";
    opened: "Ашылған", "Открыт", "Opened";
    owner: "Жауапты", "Ответственный", "Who looks after it";
    kind: "Түрі", "Вид", "Kind";
    found: "Тергеу нәтижесі", "Что выяснили", "What was found";
    measures: "Шаралар", "Меры", "Measures";
    no_measures: "Шара уәде етілмеген.", "Мер не обещано.", "Nothing is promised yet.";
    promised: "Уәде етілген", "Обещано", "Promised";
    due: "Мерзімі", "Срок", "Due";
    done_on: "Орындалған", "Сделано", "Done";
    late: "кешікті", "просрочено", "late";
    not_done: "орындалмаған", "не сделано", "not done yet";
    org: "Кім орындайды", "Кто делает", "Who does it";
    vehicles: "Автобус қосымша", "Автобусов больше", "Buses more";
    runs: "Рейс қосымша (күніне)", "Рейсов больше (в день)", "Runs more (a day)";
    headway: "Интервал дейін, мин", "Интервал до, мин", "Headway down to, min";
    from: "Қашаннан", "С какого дня", "From which day";
    due_on: "Қай күнге дейін", "До какого дня", "By which day";
    measure_kind: "Шара түрі", "Вид меры", "Kind of measure";
    words: "Сөзбен", "Словами", "In words";
    proof: "Немен расталады", "Чем подтверждается", "What shows it";
    on: "Қай күні", "Какого числа", "On which day";
    timetable: "Кестенің жаңа нұсқасы", "Новая версия расписания", "New version of the timetable";
    effects: "Әсері", "Эффект", "Effect";
    no_effects: "Әсері әлі есептелмеген.", "Эффект ещё не считали.", "The effect was not studied yet.";
    metric: "Көрсеткіш", "Показатель", "Metric";
    before: "Бұрын", "Было", "Before";
    after: "Кейін", "Стало", "After";
    change: "Өзгеріс (95 %)", "Изменение (95 %)", "Change (95 %)";
    days: "күн", "дн.", "days";
    controls: "Бақылау маршруттары", "Контрольные маршруты", "Control routes";
    no_controls: "жоқ", "нет", "none";
    study: "Әсерін есептеу", "Посчитать эффект", "Study the effect";
    study_days: "Бұрынғы және кейінгі күн саны", "Дней до и после", "Days before and after";
    washout: "Үйренуге қалдырылатын күн", "Дней на привыкание", "Days left out";
    tell: "Барлық өтініш берушіге хабарлау", "Сообщить всем заявителям", "Tell every applicant";
    text_kk: "Қазақша", "По-казахски", "In Kazakh";
    text_ru: "Орысша", "По-русски", "In Russian";
    text_en: "Ағылшынша", "По-английски", "In English";
    answer_all: "Барлық өтінішке жауап", "Ответить на все обращения", "Answer all appeals";
    answer_note: "Әр өтініштің өз нөмірі, мерзімі және жауабы бар. {number} мен {date} орнына әрқайсысының нөмірі мен күні қойылады.", "У каждого обращения свой номер, срок и ответ. Вместо {number} и {date} подставятся номер и дата каждого.", "Each appeal has its own number, term and answer. {number} and {date} become each one's own.";
    approve_all: "Барлық жауапты мақұлдау", "Одобрить все ответы", "Approve all answers";
    send_all: "Барлық жауапты жіберу", "Отправить все ответы", "Send all answers";
    batch_done: "Орындалды", "Выполнено", "Done";
    batch_refused: "Орындалмады", "Не выполнено", "Not done";
    waiting: "мақұлдауды күтуде", "ждут одобрения", "wait for approval";
    ready: "жіберуге дайын", "готовы к отправке", "are ready to be sent";
    join: "Өтініш қосу (нөмірі)", "Присоединить обращение (номер)", "Join an appeal (number)";
    take_out: "Шығару", "Исключить", "Take out";
    split: "Таңдалғандардан жаңа жағдай", "Новый случай из отмеченных", "A new case of those ticked";
    split_title: "Жаңа жағдайдың атауы", "Название нового случая", "Title of the new case";
    choose: "Таңдау", "Отметить", "Tick";
    journal: "Журнал", "Журнал", "Journal";
    actions: "Әрекеттер", "Действия", "Actions";
    machine: "жүйе", "система", "the register";
    failed: "Орындалмады:", "Не выполнено:", "Not done:";
    changed: "Сіз жазып жатқанда жағдай өзгерді. Жазғаныңыз сақталды: қайта жіберіңіз.", "Пока вы писали, случай изменился. Написанное сохранено: отправьте снова.", "The case changed while you wrote. What you wrote is kept: send it again.";
    done: "Орындалды.", "Выполнено.", "Done.";
    better: "жақсарды", "стало лучше", "better";
    worse: "нашарлады", "стало хуже", "worse";
    unclear: "өзгеріс қате шегінде", "изменение в пределах погрешности", "within the uncertainty";
    minutes: "мин", "мин", "min";
}

codes! { status_name:
    "open" => "Ашық", "Открыт", "Open";
    "investigating" => "Тексерілуде", "Расследуется", "Looked into";
    "measure_planned" => "Шара уәде етілді", "Мера обещана", "Measure promised";
    "measure_done" => "Шара орындалды, әсері күтілуде", "Мера сделана, ждём эффекта", "Measure done, effect awaited";
    "verified" => "Әсері расталды", "Эффект подтверждён", "Effect confirmed";
    "not_confirmed" => "Расталмады", "Не подтвердился", "Not confirmed";
    "closed" => "Жабық", "Закрыт", "Closed";
    "reopened" => "Қайта ашылды", "Открыт снова", "Open again";
}

codes! { measure_name:
    "add_vehicles" => "Автобус қосу", "Добавить автобусы", "More buses";
    "add_runs" => "Рейс қосу", "Добавить рейсы", "More runs";
    "timetable_change" => "Кестені өзгерту", "Изменить расписание", "Another timetable";
    "route_change" => "Маршрутты өзгерту", "Изменить маршрут", "Another way";
    "stop_works" => "Аялдама жұмыстары", "Работы на остановке", "Works at a stop";
    "driver_action" => "Жүргізушімен жұмыс", "Работа с водителем", "A talk with the driver";
    "vehicle_repair" => "Автобус жөндеу", "Ремонт автобуса", "The bus is mended";
    "carrier_sanction" => "Тасымалдаушыға шара", "Санкция перевозчику", "Penalty to the carrier";
    "signal_or_crossing" => "Бағдаршам немесе өткел", "Светофор или переход", "Signal or crossing";
    "info_only" => "Хабарлау", "Информирование", "People are told";
}

codes! { metric_name:
    "headway_mean_s" => "Орташа интервал", "Средний интервал", "Mean headway";
    "runs_driven" => "Рейс күніне", "Рейсов в день", "Runs a day";
    "vehicles" => "Автобус", "Автобусов", "Buses";
    "excess_wait_s" => "Жоспардан артық күту", "Лишнее ожидание", "Excess wait";
}

codes! { flag_name:
    "few_days" => "күн аз", "мало дней", "few days";
    "season_change" => "маусым басқа", "другой сезон", "another season";
    "low_coverage" => "толық бақыланбаған күндер бар", "есть дни с неполными данными", "some days were not fully observed";
    "no_controls" => "бақылау маршруты табылмады", "контрольных маршрутов не нашлось", "no control route was found";
    "control_moved" => "бақылау маршруттары да өзгерді", "контрольные маршруты тоже изменились", "the control routes moved too";
}

codes! { command_name:
    "investigate" => "Тексеруге алу", "Взять в расследование", "Look into it";
    "conclude" => "Нәтижесін жазу", "Записать, что выяснили", "Write what was found";
    "not_confirm" => "Расталмады деп белгілеу", "Отметить: не подтвердился", "Say that it is not confirmed";
    "promise" => "Шара уәде ету", "Обещать меру", "Promise a measure";
    "measure_done" => "Шара орындалды", "Мера сделана", "The measure is done";
    "verify" => "Әсерін растау", "Подтвердить эффект", "Confirm the effect";
    "reopen" => "Қайта ашу", "Открыть снова", "Open again";
    "close" => "Жабу", "Закрыть", "Close";
    "note" => "Ескерту", "Заметка", "Note";
    "rename" => "Атауын өзгерту", "Переименовать", "Rename";
}

codes! { event_name:
    "opened" => "Ашылды", "Открыт", "Opened";
    "moved" => "Күйі", "Статус", "Status";
    "joined" => "Өтініш қосылды", "Обращение присоединено", "Appeal joined";
    "left" => "Өтініш шығарылды", "Обращение исключено", "Appeal left";
    "renamed" => "Атауы", "Название", "Title";
    "owned" => "Жауапты", "Ответственный", "Looked after by";
    "concluded" => "Нәтиже", "Выяснили", "Found";
    "promised" => "Шара уәде етілді", "Обещана мера", "Measure promised";
    "measure_done" => "Шара орындалды", "Мера сделана", "Measure done";
    "effects_found" => "Әсері есептелді", "Эффект посчитан", "Effect studied";
    "noted" => "Ескерту", "Заметка", "Note";
}
