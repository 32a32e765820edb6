/* sources c1319aba51b9d3769f929fab897b75bc6305df92ad0b767c8eaf1aed240cc66d */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
