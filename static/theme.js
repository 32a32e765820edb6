/* sources df05eedd2d3ec15710df9c4e3bd7ba7c26a857eb00cada0725af1280657ed111 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
