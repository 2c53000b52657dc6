"""Names of invented people, from many countries."""

GIVEN = (
    "Aiko", "Alessandra", "Amina", "Anders", "Andrea", "Anja", "Arjun", "Beatriz", "Bruno", "Carla",
    "Chiara", "Chloé", "Daniela", "Davide", "Dmitri", "Elena", "Elif", "Emeka", "Emma", "Enrico",
    "Fatima", "Federica", "Filippo", "Francesca", "Giorgia", "Giulia", "Gustavo", "Hana", "Hugo", "Ingrid",
    "Irina", "Ivan", "Jakub", "Jelena", "João", "Joris", "Kwame", "Laura", "Leïla", "Liam",
    "Linh", "Lorenzo", "Lucía", "Maja", "Marco", "Mariam", "Matteo", "Mehmet", "Mei", "Nadia",
    "Niamh", "Nicola", "Noor", "Olga", "Paolo", "Pedro", "Priya", "Raquel", "Roberto", "Sara",
    "Sergio", "Siobhán", "Søren", "Stefan", "Tariq", "Tomás", "Valentina", "Wei", "Yusuf", "Zsófia",
)  # fmt: skip
FAMILY = (
    "Abbate", "Adeyemi", "Almeida", "Andersen", "Bakker", "Barbieri", "Bauer", "Bianchi", "Boateng", "Brambilla",
    "Byrne", "Caruso", "Castelli", "Cohen", "Colombo", "Conti", "Costa", "Çelik", "D'Angelo", "De Luca",
    "Dubois", "Esposito", "Fabbri", "Farah", "Fernández", "Ferrari", "Fontana", "Gallo", "García", "Ghezzi",
    "Greco", "Haddad", "Hansen", "Horvat", "Ivanova", "Jansen", "Kaya", "Kim", "Kovács", "Kowalska",
    "Leone", "Lindqvist", "Lombardi", "Marchetti", "Mendes", "Moretti", "Müller", "Nakamura", "Nguyen", "Novak",
    "O'Brien", "Okafor", "Orsini", "Papadopoulos", "Patel", "Pellegrini", "Popescu", "Ricci", "Rinaldi", "Romano",
    "Rossi", "Santos", "Schmidt", "Serra", "Silva", "Singh", "Tanaka", "Vitale", "Wójcik", "Zhang",
)  # fmt: skip
