"""Invented names and places. Nobody is meant by any of them."""

FIRST_NAMES = (
    "Aaliyah", "Abdi", "Adeel", "Agnieszka", "Aisha", "Alan", "Alisha", "Amara", "Amina", "Amir", "Angela", "Anika", "Anthony",
    "Anton", "Asha", "Asif", "Ayaan", "Barbara", "Beata", "Bilal", "Bogdan", "Brenda", "Bushra", "Callum", "Carl", "Carol", "Cerys",
    "Chantelle", "Chidi", "Chloe", "Claire", "Cliff", "Colette", "Connor", "Dana", "Danielle", "Daud", "Dawn", "Dean", "Denise",
    "Derek", "Desmond", "Dilan", "Donna", "Ebony", "Efua", "Elena", "Emeka", "Esther", "Ewa", "Faisal", "Farah", "Fatima", "Fiona",
    "Folasade", "Gareth", "Gemma", "Gita", "Glenroy", "Grace", "Gurpreet", "Habiba", "Hamza", "Harjit", "Hassan", "Hayley", "Helen",
    "Hodan", "Ibrahim", "Idris", "Imran", "Ines", "Ioana", "Iqra", "Isaac", "Jade", "Jamal", "Jamila", "Janet", "Jaswinder", "Jermaine",
    "Joanne", "Josef", "Joyce", "Kamran", "Karen", "Kayleigh", "Keisha", "Kelly", "Khadija", "Kiran", "Kofi", "Kyle", "Lakshmi", "Latoya",
    "Leanne", "Lena", "Leroy", "Liam", "Lorraine", "Lucia", "Mahmood", "Malik", "Manjit", "Marcia", "Marek", "Maryam", "Maureen", "Mehmet",
    "Melissa", "Michelle", "Mihai", "Mohamed", "Mona", "Musa", "Nadia", "Naomi", "Nasreen", "Natalie", "Neil", "Nighat", "Nkechi", "Noor",
    "Olga", "Omar", "Owen", "Pamela", "Parveen", "Patrice", "Paula", "Piotr", "Pooja", "Precious", "Rabia", "Rachel", "Rafal", "Rajesh",
    "Ranjit", "Rebecca", "Rohan", "Rosa", "Rukhsana", "Ryan", "Saba", "Sadia", "Safiya", "Salma", "Samir", "Sandra", "Sarita", "Shabana",
    "Shanice", "Shazia", "Sheila", "Sian", "Simran", "Sofia", "Sonia", "Stacey", "Steven", "Sunita", "Tahir", "Tamara", "Tanya", "Tariq",
    "Tendai", "Tina", "Tracey", "Trevor", "Umar", "Ursula", "Usha", "Vera", "Vikram", "Wahida", "Wayne", "Winston", "Xin", "Yasmin",
    "Yusuf", "Zahra", "Zainab", "Zara", "Zoe", "Zofia",
)  # fmt: skip
LAST_NAMES = (
    "Abara", "Abbott", "Adeyo", "Ahmadi", "Akande", "Akhtari", "Alderby", "Amankwa", "Arkwell", "Ashdown", "Asghari", "Atherley",
    "Bahadar", "Bakshi", "Balogo", "Bannerly", "Barraclow", "Begumi", "Bellwood", "Bhandal", "Birchall", "Blackmoor", "Boatengi",
    "Bradwell", "Brightmore", "Broadleigh", "Bukari", "Calderwell", "Carrowby", "Chaudri", "Chukwuma", "Clayborne", "Copperfold",
    "Cotterly", "Craddick", "Czarnek", "Dalgarno", "Darkosi", "Dewhurst", "Dhaliwar", "Dobrescu", "Dunmore", "Edgeworth", "Ekwueme",
    "Ellerby", "Fairbrook", "Farooqi", "Fenwicke", "Figueroa", "Forester", "Gaynor", "Ghafoori", "Gillmore", "Goldhawk", "Gorecki",
    "Grantley", "Greenaway", "Gulzari", "Hadley", "Halloway", "Hargreave", "Hashemi", "Hawthorn", "Hazelwood", "Hollister", "Hosseini",
    "Hucknall", "Ibekwe", "Iftikhari", "Ingleby", "Jabbari", "Jankowska", "Jephcott", "Jovanic", "Kaleem", "Kapadia", "Karimi",
    "Kelsall", "Khatun", "Kingsmere", "Kowalik", "Kuforiji", "Lambourne", "Langstone", "Larchwood", "Lawanson", "Leighton", "Lockwell",
    "Longfield", "Mahendran", "Malikzada", "Mannering", "Marwood", "Mavundla", "Mehrabi", "Merrick", "Minhasi", "Moorcroft", "Mukasa",
    "Mulholland", "Nazari", "Netherby", "Nightingale", "Njoroge", "Northcote", "Nowacki", "Oakeshott", "Obasi", "Odumegwu", "Okonjo",
    "Oldbury", "Osmani", "Overton", "Owusuah", "Padmore", "Panesari", "Pemberly", "Pickersgill", "Popova", "Qadiri", "Quarshie",
    "Quillan", "Radcombe", "Rahimi", "Ramdin", "Ravenhill", "Redfern", "Rezaei", "Rosewell", "Rushworth", "Sabharwal", "Saddler",
    "Sandiford", "Seagrave", "Sedgley", "Shahbazi", "Sidhuan", "Silverdale", "Somerby", "Stanhope", "Starkey", "Sulemani", "Summerlin",
    "Tattersall", "Tembo", "Thackeray", "Thornbury", "Tindall", "Trelawny", "Turani", "Underhill", "Uzoma", "Varleigh", "Venkatesh",
    "Wainfleet", "Wakefold", "Warsame", "Weatherby", "Westbrook", "Whitlock", "Winterley", "Wolstan", "Yardley", "Yilmazer", "Zamani",
    "Zielinka",
)  # fmt: skip
STREETS = (
    "Alder Walk", "Beacon Rise", "Canal View", "Cherry Orchard Way", "Damson Lane", "Elder Court", "Foundry Row", "Gas Lamp Street",
    "Hollybush Close", "Ironmaster Road", "Juniper Drive", "Kiln Bank", "Larkfield Avenue", "Mill Race Lane", "Nailers Yard",
    "Orchard Gate", "Printers Hill", "Quarry Road", "Rope Walk", "Saddlers Green", "Tannery Street", "Union Wharf", "Vine Terrace",
    "Weavers Court", "Yew Tree Rise",
)  # fmt: skip
PLACES_TO_TALK = (
    "at the library café",
    "at the community centre",
    "at the health centre foyer",
    "at the leisure centre",
    "at our office",
    "by phone",
)
OUTINGS = (
    ("Foodbank stall", "St Barnabas hall"), ("Library drop-in", "Ladywood library"), ("School gates", "Oakfield primary"),
    ("Jobs morning", "Heartlands community centre"), ("Mosque open day", "Green Lane centre"), ("Gurdwara kitchen", "Soho Road"),
    ("Market stall", "Chelmsley Wood market"), ("Housing office drop-in", "Castle Vale"),
)  # fmt: skip
COURSES = (("Into health and care", "Heartlands training room"), ("Working in facilities", "Castle Vale college"))
EMPLOYERS = ("Arden Vale Hospitals", "Castle Bridge Care Homes", "Midland Anchor Services")
#: employer, family, title, site, hours a week, pattern, pay, unit.
OPENINGS = (
    (0, "healthcare", "Healthcare support worker", "Heartgate Hospital", "37.5", "Shifts, some nights", "25480.00", "year"),
    (0, "facilities", "Porter", "Heartgate Hospital", "37.5", "Shifts", "25272.00", "year"),
    (0, "facilities", "Ward host", "Queen Square Hospital", "30.0", "Mornings", "12.92", "hour"),
    (0, "administration", "Receptionist", "Queen Square Hospital", "37.5", "Monday to Friday", "12.92", "hour"),
    (0, "healthcare", "Pharmacy assistant", "Solihull Green Hospital", "22.5", "Three days", "12.92", "hour"),
    (1, "healthcare", "Care assistant", "Castle Vale House", "36.0", "Shifts, alternate weekends", "13.50", "hour"),
    (1, "facilities", "Kitchen assistant", "Castle Vale House", "25.0", "10 to 3", "12.71", "hour"),
    (1, "facilities", "Laundry assistant", "Bridge House", "20.0", "Mornings", "12.71", "hour"),
    (2, "facilities", "Domestic assistant", "Several sites", "30.0", "Early mornings", "12.80", "hour"),
    (2, "facilities", "Warehouse assistant", "Tyseley stores", "40.0", "6 to 2", "13.45", "hour"),
    (2, "administration", "Administrator", "City office", "37.0", "Monday to Friday, flexible", "13.60", "hour"),
    (2, "facilities", "Driver", "Tyseley stores", "37.5", "Shifts", "13.90", "hour"),
)  # fmt: skip
#: How we met, in words for the case.
SOURCES = ("Stall", "Word of mouth", "Jobcentre", "School", "Housing association", "Place of worship", "Walked in", "Website")
FAMILIES = ("administration", "facilities", "healthcare")
OWN_EMPLOYERS = ("a corner shop", "a bakery", "a parcel depot", "a nursery", "a cousin's garage", "a supermarket", "a cleaning firm")
IN_THE_WAY = (
    "",
    "",
    "Childcare before nine",
    "Bus times",
    "Nerves about interviews",
    "Sore back",
    "Reading long forms",
    "No quiet room for study",
)
NOTES = (
    "Keen to start soon. Prefers mornings.",
    "Asked about the bus route; sent the timetable.",
    "Has cared for a parent for years. Warm and calm.",
    "Would like to bring a friend to the first session.",
    "Rings back quickly; texts are better than calls.",
)
